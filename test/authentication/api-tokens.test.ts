import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { findApiToken, makeApiToken, revokeApiToken, sameTokenAgain } from '../../shared/identity/api-tokens.ts';
import { sha256 } from '../../shared/identity/secrets.ts';
import type { Spelling } from '../../shared/models/api-token.ts';
import type { TestPerson } from '../harness/index.ts';
import { type Mounted, mountApi } from './mounted.ts';

let api: Mounted;
let person: TestPerson;

test.before(async () => {
  api = await mountApi();
  person = await api.person({ username: 'scripter' });
});
test.after.always(() => api.close());

const make = (spelling: Spelling, wishes: { scopes?: string[]; expiresAt?: Date; userId?: number } = {}) =>
  makeApiToken(api.knex, { userId: person.id, name: 'a script', spelling, scopes: null, expiresAt: null, ...wishes });
const authTest = async (as: string) => api.json<{ detail: string }>('/api/auth-test', { as });

test('a token works in each spelling', async (t) => {
  const inventree = (await make('inventree')).clear;
  const qore = (await make('qore')).clear;
  const atrocore = (await make('atrocore')).clear;
  t.regex(inventree, /^inv-[0-9a-f]{40}-\d{8}$/);
  t.regex(qore, /^\d+\|qore_[0-9A-Za-z]{40}[0-9a-f]{8}$/);
  t.regex(atrocore, /^[0-9a-f]{32}$/);
  for (const as of [
    `Token ${inventree}`,
    `token ${inventree}`,
    `Bearer ${qore}`,
    `Bearer ${inventree}`,
    `TOKEN ${atrocore}`,
  ]) {
    t.is((await api.fetch('/api/auth-test', { as })).status, 200, as.slice(0, 12));
  }
});

test('a token of forty hex digits works, as scripts for Cores hold them', async (t) => {
  const clear = randomBytes(20).toString('hex');
  const row = { user_id: person.id, spelling: 'atrocore', secret_hash: sha256(clear), redacted: 'old' };
  await api.knex('api_tokens').insert(row);
  t.is((await api.fetch('/api/auth-test', { as: `Token ${clear}` })).status, 200);
});

test('an unknown, changed, revoked or expired token is refused, on public paths too', async (t) => {
  const [, secret = ''] = (await make('qore')).clear.split('|');
  const revoked = await make('inventree');
  await revokeApiToken(api.knex, { id: revoked.id });
  const expired = await make('inventree', { expiresAt: new Date(Date.now() - 1000) });
  const cases = [
    [`Token inv-${'0'.repeat(40)}-20260101`, 'Invalid token.'],
    ['Token ', 'Invalid token.'],
    ['Token é', 'Invalid token.'],
    [`Bearer 999999|${secret}`, 'Invalid token.'],
    [`Token ${revoked.clear}`, 'Token has been revoked'],
    [`Token ${expired.clear}`, 'Token has expired'],
  ] as const;
  for (const [as, detail] of cases) {
    for (const path of ['/api/auth-test', '/api/']) {
      const answer = await api.json<{ detail: string }>(path, { as });
      t.is(answer.status, 401, as);
      t.is(answer.body.detail, detail);
      t.regex(answer.headers.get('www-authenticate') ?? '', as.startsWith('Token') ? /^Token$/ : /^Bearer error=/);
    }
  }
});

test('revoking a token that was just used stops it within a second', async (t) => {
  const { id, clear } = await make('inventree');
  t.is((await authTest(`Token ${clear}`)).status, 200);
  await revokeApiToken(api.knex, { id });
  await sleep(500);
  const { status, body } = await authTest(`Token ${clear}`);
  t.is(status, 401);
  t.is(body.detail, 'Token has been revoked');
});

test('the tokens of a disabled person are refused', async (t) => {
  const leaver = await api.person({ username: 'leaver' });
  const { clear } = await make('inventree', { userId: leaver.id });
  t.is((await authTest(`Token ${clear}`)).status, 200);
  await api.knex('users').where({ id: leaver.id }).update({ is_active: false });
  await sleep(500);
  t.is((await authTest(`Token ${clear}`)).status, 401);
});

test('the last use of a token is noted, and not again within the minute', async (t) => {
  const { id, clear } = await make('qore');
  await authTest(`Bearer ${clear}`);
  const used = async () => (await api.knex('api_tokens').where({ id }).first('last_used_at')).last_used_at;
  let first = await used();
  for (let i = 0; i < 50 && !first; i++, await sleep(20)) first = await used();
  t.true(first instanceof Date);
  await authTest(`Bearer ${clear}`);
  await sleep(200);
  t.deepEqual(await used(), first);
});

test('nothing that is stored lets anybody use a token', async (t) => {
  const { id, clear } = await make('inventree');
  const row = JSON.stringify(await api.knex('api_tokens').where({ id }).first());
  t.false(row.includes(clear));
  t.false(row.includes(clear.slice(12, 30)));
  const { redacted } = await api.knex('api_tokens').where({ id }).first('redacted');
  t.is(await findApiToken(api.knex, redacted), null);
});

test('a name gives the same token again, until it is revoked or expires', async (t) => {
  const again = (name: string) =>
    api.knex.transaction((trx) =>
      sameTokenAgain(trx, { secretKey: api.services.config.secretKey, userId: person.id, name }),
    );
  const together = await Promise.all([again('laptop'), again('laptop'), again('laptop')]);
  t.is(new Set(together.map(({ clear }) => clear)).size, 1);
  t.is(together.filter(({ made }) => made).length, 1);
  t.not((await again('phone')).clear, together[0].clear);

  await revokeApiToken(api.knex, { id: together[0].id });
  const second = await again('laptop');
  t.not(second.clear, together[0].clear);
  await api
    .knex('api_tokens')
    .where({ id: second.id })
    .update({ expires_at: new Date(Date.now() - 1) });
  t.not((await again('laptop')).clear, second.clear);
});

test('a token that was shown once is never told again, although a name is the same', async (t) => {
  const made = await make('inventree');
  const name = 'a script';
  const { clear } = await api.knex.transaction((trx) =>
    sameTokenAgain(trx, { secretKey: api.services.config.secretKey, userId: person.id, name }),
  );
  t.not(clear, made.clear);
});
