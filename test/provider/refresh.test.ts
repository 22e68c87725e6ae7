import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { graceSeconds } from '../../idp/provider/artifacts.ts';
import { claimsOf, defaultClientId, Setting } from './setting.ts';

const q = await Setting.open();
test.after.always(() => q.close());

const isRevoked = async (accessToken: string) =>
  (await q.knex('revocations').where({ token_hash: q.hash(String(claimsOf(accessToken).jti)) })).length === 1;

test('a refresh token gives new tokens with the scopes of before, and a new refresh token', async (t) => {
  const first = await q.tokens(await q.person({ username: 'ada' }));
  const second = await q.refresh(first.refresh_token);
  t.is(second.status, 200);
  t.not(second.refresh_token, first.refresh_token);
  t.deepEqual(second.scope.split(' ').sort(), ['g:read', 'openid']);
  t.is(claimsOf(second.access_token).sub, claimsOf(first.access_token).sub);
});

test('fewer scopes can be asked for, more are refused', async (t) => {
  const first = await q.tokens(await q.person({ username: 'bob' }), { scope: 'g:read r:add:host' });
  const fewer = await q.refresh(first.refresh_token, { scope: 'g:read' });
  t.is(fewer.scope, 'g:read');
  t.is((await q.refresh(fewer.refresh_token, { scope: 'g:read r:delete:host' })).error, 'invalid_scope');
  t.is((await q.refresh(fewer.refresh_token, { scope: 'r:add:host' })).scope, 'r:add:host');
});

test('of three refreshes at once one succeeds, and the family lives on', async (t) => {
  const first = await q.tokens(await q.person({ username: 'carol' }));
  const answers = await Promise.all([1, 2, 3].map(() => q.refresh(first.refresh_token)));
  t.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400]);
  const winner = answers.find(({ status }) => status === 200)!;
  t.is((await q.refresh(winner.refresh_token)).status, 200);
  t.false(await isRevoked(winner.access_token));
});

test('a refresh token replayed later kills its family and nobody else', async (t) => {
  const dan = await q.person({ username: 'dan' });
  const laptop = await q.tokens(dan);
  const desktop = await q.tokens(dan);
  const next = await q.refresh(laptop.refresh_token);
  await sleep(graceSeconds * 1000 + 200);
  t.is((await q.refresh(laptop.refresh_token)).error, 'invalid_grant');
  t.is((await q.refresh(next.refresh_token)).error, 'invalid_grant');
  t.true(await isRevoked(laptop.access_token));
  t.true(await isRevoked(next.access_token));
  t.false(await isRevoked(desktop.access_token));
  t.is((await q.refresh(desktop.refresh_token)).status, 200);
  const [entry] = await q.knex('audit_entries').where({ action: 'revoke', resource: 'grant', actor: 'dan' });
  t.is(entry.application, defaultClientId);
});

test("another application's refresh token is of no use", async (t) => {
  const first = await q.tokens(await q.person({ username: 'eve' }));
  const other = await q.application();
  const stolen = { grant_type: 'refresh_token', refresh_token: first.refresh_token };
  t.is((await q.form('/token/', stolen, other)).error, 'invalid_grant');
  t.is((await q.refresh(first.refresh_token)).status, 200);
});

test('a family has an absolute end, however often it is refreshed', async (t) => {
  const first = await q.tokens(await q.person({ username: 'frank' }));
  const grants = await q
    .knex('oidc_artifacts')
    .where({ kind: 'Grant', account_id: String(claimsOf(first.access_token).sub) });
  const { exp, iat } = grants[0].payload;
  t.is(exp - iat, 90 * 86_400);
  await q
    .knex('oidc_artifacts')
    .where({ kind: 'Grant', id_hash: grants[0].id_hash })
    .update({
      payload: JSON.stringify({ ...grants[0].payload, exp: Math.floor(Date.now() / 1000) - 1 }),
    });
  t.is((await q.refresh(first.refresh_token)).error, 'invalid_grant');
});

test('an application that may not refresh gets no refresh token', async (t) => {
  const app = await q.application({ grant_types: ['authorization_code'] });
  const gus = await q.person({ username: 'gus' });
  const web = { client_id: app.clientId, redirect_uri: 'https://planner.example/cb', scope: 'g:read' };
  const answer = await q.redeem(await q.code(gus, web), {
    application: app,
    redirectUri: 'https://planner.example/cb',
  });
  t.is(answer.status, 200);
  t.is(answer.refresh_token, undefined as never);
});

test('when the application is allowed less, the next token holds less', async (t) => {
  const app = await q.application();
  const ida = await q.person({ username: 'ida' });
  const web = { client_id: app.clientId, redirect_uri: 'https://planner.example/cb', scope: 'g:read r:add:host' };
  const first = await q.redeem(await q.code(ida, web), { application: app, redirectUri: 'https://planner.example/cb' });
  await q
    .knex('applications')
    .where({ id: app.id })
    .update({ allowed_scopes: ['g:read'] });
  const next = await q.form('/token/', { grant_type: 'refresh_token', refresh_token: first.refresh_token }, app);
  t.is(next.scope, 'g:read');
});

test('nothing that opens something is stored in the clear', async (t) => {
  const first = await q.tokens(await q.person({ username: 'jo' }));
  const second = await q.refresh(first.refresh_token);
  const { rows } = await q.knex.raw('SELECT a::text FROM oidc_artifacts a');
  const stored = rows.map(({ a }: { a: string }) => a).join('\n');
  const secrets = [
    first.refresh_token,
    second.refresh_token,
    first.access_token,
    String(claimsOf(first.access_token).jti),
  ];
  for (const secret of secrets) t.false(stored.includes(secret));
});
