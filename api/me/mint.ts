import Type from 'typebox';
import type { Principal } from '../../shared/access/principal.ts';
import { resourceScopes } from '../../shared/access/scopes.ts';
import { audit } from '../../shared/audit.ts';
import { readAddressList } from '../../shared/identity/address-list.ts';
import { makeApiToken, type NewApiToken, namedTokenDays, revokeApiToken } from '../../shared/identity/api-tokens.ts';
import type { Services } from '../../shared/services.ts';
import { Invalid, NotFound } from '../store/refusals.ts';
import { signedIn } from './endpoint.ts';
import { latestEnd, outlives } from './minting-limit.ts';

/**
 * Makes a token and its audit row. The clear text is in the answer and nowhere else.
 * @param expiresAt absent: after a year, or with the token that asks for it
 * @throws Forbidden, or Invalid naming `expiry`, when it would be more than the token that asks for it
 */
export function mint(
  { knex }: Services,
  principal: Principal,
  token: Omit<NewApiToken, 'expiresAt'> & { readonly expiresAt?: Date | null },
): Promise<{ id: number; clear: string }> {
  return knex.transaction(async (trx) => {
    const latest = await latestEnd(trx, principal);
    const expiresAt = token.expiresAt === undefined ? usualEnd(latest) : token.expiresAt;
    if (latest && outlives(expiresAt, latest)) {
      throw new Invalid({ expiry: [`No later than the token that asks for it: ${latest.toISOString()}.`] });
    }
    const made = await makeApiToken(trx, { ...token, expiresAt });
    const { name, scopes, userId, addresses = null } = token;
    const facts = { name, user: userId, expires_at: expiresAt, scopes, ...(addresses && { addresses }) };
    const changes = Object.fromEntries(Object.entries(facts).map(([field, value]) => [field, { new: value }]));
    await audit(trx, principal, { action: 'create', resource: 'token', objectId: made.id, changes });
    return made;
  });
}

function usualEnd(latest: Date | null): Date {
  const inAYear = new Date(Date.now() + namedTokenDays * 86_400_000);
  return latest && outlives(inAYear, latest) ? latest : inAYear;
}

/**
 * Ends a token: one's own, or anybody's for a superuser. One that has ended already stays so. Resolves when this process
 * refuses it.
 * @throws NotFound for others' tokens too, so that ids tell nothing
 */
export async function revoke({ knex, events }: Services, principal: Principal, id: number): Promise<void> {
  const me = signedIn(principal);
  await knex.transaction(async (trx) => {
    const theirs = trx('api_tokens').where({ id });
    if (!me.isSuperuser) theirs.where({ user_id: me.id });
    if (!(await theirs.first('id'))) throw new NotFound('Not found.');
    if (!(await revokeApiToken(trx, { id }))) return;
    await audit(trx, principal, { action: 'revoke', resource: 'token', objectId: id });
  });
  await events.caughtUp();
}

/** Checks the scopes that a token shall be bound by; null or `['*']` binds it by none. @throws Invalid naming `field` */
export function readScopes(field: string, given: readonly string[] | null | undefined): string[] | null {
  if (!given || (given.length === 1 && given[0] === '*')) return null;
  const unknown = given.filter((scope) => !Object.hasOwn(resourceScopes, scope));
  if (unknown.length > 0) throw new Invalid({ [field]: unknown.map((scope) => `There is no scope "${scope}".`) });
  if (given.length === 0) throw new Invalid({ [field]: ['Name at least one scope.'] });
  return [...new Set(given)];
}

/** The addresses and networks that a token is to be bound to. */
export const addressList = Type.Union([Type.Array(Type.String({ maxLength: 100 })), Type.Null()], {
  description: 'Addresses and networks (CIDR) that it may be used from; any when absent.',
  examples: [['10.1.2.0/24']],
});

/** Reads an {@link addressList}; null binds it to none. @throws Invalid naming `addresses` */
export function readAddresses(given: readonly string[] | null | undefined): string[] | null {
  if (!given || given.length === 0) return null;
  try {
    return readAddressList(given.join(' '));
  } catch (error) {
    throw new Invalid({ addresses: [(error as Error).message] });
  }
}
