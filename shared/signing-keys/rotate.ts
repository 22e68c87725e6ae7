import type { Knex } from 'knex';
import { type Actor, audit } from '../audit.ts';
import { type Algorithm, algorithmNames, jwksMaxAge, keysLock, newKey, sealingKeyOf } from './key.ts';

/** A key has been published this long before it signs, so that no cache is without it; seconds. */
const publishedBefore = 2 * jwksMaxAge;

/**
 * How long a key is published after it signed for the last time. No access token lives that long; but an ID token
 * names a person at sign-out for as long as the provider remembers a browser.
 */
const keptAfter = '31 days';

/** What came of a wish to rotate: the keys that sign from now on, or when the next ones may. */
export type Rotation = { readonly signing: readonly string[] } | { readonly notBefore: Date };

interface KeyServices {
  readonly knex: Knex;
  readonly config: { readonly secretKey: string };
}

/**
 * Lets the next keys sign, and publishes new next ones. What the keys before signed goes on being valid. When the next
 * keys have not been published for long enough nothing changes, and the answer says from when on it works.
 */
export function rotateSigningKeys(services: KeyServices, actor: Actor): Promise<Rotation> {
  return underLock(services.knex, async (trx) => {
    await publishNext(trx, services, actor);
    const { rows } = await trx.raw<{ rows: [{ ready_at: Date; is_ready: boolean }] }>(
      `SELECT max(state_since) + make_interval(secs => ?) AS ready_at,
              max(state_since) + make_interval(secs => ?) <= now() AS is_ready
         FROM signing_keys WHERE state = 'next'`,
      [publishedBefore, publishedBefore],
    );
    if (!rows[0].is_ready) return { notBefore: rows[0].ready_at };
    await become(trx, 'current', 'previous');
    const signing = await become(trx, 'next', 'current');
    await publishNext(trx, services, actor);
    for (const kid of signing) await audit(trx, actor, { action: 'rotate', resource: 'signing_key', objectId: kid });
    return { signing };
  });
}

/**
 * Throws all keys away, the next ones too, and signs with new ones from now on: for keys that somebody else may have.
 * Whatever the old ones signed is refused at once; refresh tokens, which no key signs, get new access tokens.
 * @returns the keys that sign from now on
 */
export function replaceSigningKeys(services: KeyServices, actor: Actor): Promise<readonly string[]> {
  return underLock(services.knex, async (trx) => {
    const gone: string[] = await trx('signing_keys').pluck('kid');
    await trx('signing_keys').delete();
    const made = await make(trx, services, 'current', algorithmNames);
    await publishNext(trx, services, actor);
    for (const kid of gone) await audit(trx, actor, { action: 'withdraw', resource: 'signing_key', objectId: kid });
    for (const kid of made) await audit(trx, actor, { action: 'rotate', resource: 'signing_key', objectId: kid });
    return made;
  });
}

/**
 * What the schedule wants: next keys are published, keys that signed for `everyDays` make way (0: never), and those
 * that nothing refers to any more go. Any number of processes may call it at once.
 */
export async function tendSigningKeys(services: KeyServices, everyDays: number, actor: Actor): Promise<void> {
  const isDue = await underLock(services.knex, async (trx) => {
    await publishNext(trx, services, actor);
    const gone: { kid: string }[] = await trx('signing_keys')
      .where({ state: 'previous' })
      .whereRaw(`state_since < now() - interval '${keptAfter}'`)
      .delete()
      .returning('kid');
    for (const { kid } of gone) await audit(trx, actor, { action: 'retire', resource: 'signing_key', objectId: kid });
    const due = await trx('signing_keys')
      .where({ state: 'current' })
      .whereRaw('state_since <= now() - make_interval(days => ?)', [everyDays])
      .first('kid');
    return everyDays > 0 && due !== undefined;
  });
  if (isDue) await rotateSigningKeys(services, actor);
}

function underLock<T>(knex: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  return knex.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(?)', [keysLock]);
    return work(trx);
  });
}

/** @returns the `kid` of those that changed */
function become(trx: Knex, from: 'current' | 'next', to: 'previous' | 'current'): Promise<string[]> {
  return trx('signing_keys')
    .where({ state: from })
    .update({ state: to, state_since: trx.fn.now() })
    .returning('kid')
    .then((rows: Array<{ kid: string }>) => rows.map(({ kid }) => kid));
}

async function publishNext(trx: Knex, services: KeyServices, actor: Actor): Promise<void> {
  const there: string[] = await trx('signing_keys').where({ state: 'next' }).pluck('alg');
  const missing = algorithmNames.filter((alg) => !there.includes(alg));
  if (missing.length === 0) return;
  for (const kid of await make(trx, services, 'next', missing)) {
    await audit(trx, actor, { action: 'publish', resource: 'signing_key', objectId: kid });
  }
}

async function make(
  trx: Knex,
  { config }: KeyServices,
  state: 'current' | 'next',
  algs: readonly Algorithm[],
): Promise<string[]> {
  const sealingKey = sealingKeyOf(config.secretKey);
  const keys = await Promise.all(algs.map((alg) => newKey(alg, state, sealingKey)));
  await trx('signing_keys').insert(keys);
  return keys.map(({ kid }) => kid);
}
