import test from 'ava';
import { connectedApplications } from '../../idp/provider/connected-applications.ts';
import { revokeApplication, revokeConsent, revokeEverythingOf } from '../../idp/provider/revoke.ts';
import { sweep } from '../../idp/provider/sweeper.ts';
import { claimsOf, defaultClientId, Setting, type TokenAnswer } from './setting.ts';

const q = await Setting.open();
test.after.always(() => q.close());

const isRevoked = async ({ access_token }: TokenAnswer) =>
  (await q.knex('revocations').where({ token_hash: q.hash(String(claimsOf(access_token).jti)) })).length === 1;
const setActive = (id: number, is_active: boolean) => q.knex('users').where({ id }).update({ is_active });

test('disabling a person ends their tokens in the same transaction, and they come back to nothing', async (t) => {
  const ada = await q.person({ username: 'ada' });
  const tokens = await q.tokens(ada);
  const code = await q.code(ada);
  await setActive(ada.id, false);
  t.true(await isRevoked(tokens));
  t.is((await q.refresh(tokens.refresh_token)).error, 'invalid_grant');
  t.is((await q.redeem(code)).error, 'invalid_grant');
  const browserStill = await code.browser.open(q.authorization().address);
  t.is(browserStill.url.pathname, '/accounts/login/');
  await setActive(ada.id, true);
  t.is((await q.refresh(tokens.refresh_token)).error, 'invalid_grant');
});

test('deleting a person ends their tokens', async (t) => {
  const bob = await q.person({ username: 'bob' });
  const tokens = await q.tokens(bob);
  await q.knex('users').where({ id: bob.id }).delete();
  t.true(await isRevoked(tokens));
  t.is((await q.refresh(tokens.refresh_token)).error, 'invalid_grant');
});

test('disabling an application ends what it holds, and it gets nothing new', async (t) => {
  const app = await q.application();
  const carol = await q.person({ username: 'carol' });
  const web = { client_id: app.clientId, redirect_uri: 'https://planner.example/cb' };
  const redeem = async () =>
    q.redeem(await q.code(carol, web), { application: app, redirectUri: 'https://planner.example/cb' });
  const tokens = await redeem();
  const untouched = await q.tokens(carol);
  await q.knex('applications').where({ id: app.id }).update({ enabled: false });
  t.true(await isRevoked(tokens));
  t.false(await isRevoked(untouched));
  const refresh = () => q.form('/token/', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }, app);
  t.is((await refresh()).error, 'invalid_client');
  await q.knex('applications').where({ id: app.id }).update({ enabled: true });
  t.is((await refresh()).error, 'invalid_grant');
  const more = await redeem();
  await q.knex('applications').where({ id: app.id }).delete();
  t.true(await isRevoked(more));
});

test('connected applications tell what was agreed to; taking it back ends it in every place', async (t) => {
  const dan = await q.person({ username: 'dan' });
  t.deepEqual(await connectedApplications(q.knex, dan.id), []);
  const laptop = await q.tokens(dan, { scope: 'g:read' });
  const desktop = await q.tokens(dan, { scope: 'openid g:read' });
  const [connected, ...others] = await connectedApplications(q.knex, dan.id);
  t.deepEqual(others, []);
  t.is(connected!.clientId, defaultClientId);
  t.deepEqual([...connected!.scopes].sort(), ['g:read', 'openid']);
  t.true(connected!.lastTokenAt! >= connected!.since);
  const actor = { person: dan, proof: 'session', application: null, tokenId: null, address: null } as const;
  t.is(await revokeConsent(q.knex, { userId: dan.id, clientId: defaultClientId }, actor), 2);
  t.true((await isRevoked(laptop)) && (await isRevoked(desktop)));
  t.deepEqual(await connectedApplications(q.knex, dan.id), []);
  t.is((await q.refresh(laptop.refresh_token)).error, 'invalid_grant');
});

test('everything of a person, or of an application, can be ended at once', async (t) => {
  const eve = await q.person({ username: 'eve' });
  const tokens = await q.tokens(eve);
  await revokeEverythingOf(q.knex, eve.id);
  t.true(await isRevoked(tokens));
  const app = await q.application();
  const web = { client_id: app.clientId, redirect_uri: 'https://planner.example/cb' };
  const other = await q.redeem(await q.code(eve, web), { application: app, redirectUri: 'https://planner.example/cb' });
  await revokeApplication(q.knex, app.clientId);
  t.true(await isRevoked(other));
});

test('a token issued while its grant is being revoked does not outlive it', async (t) => {
  const frank = await q.person({ username: 'frank' });
  for (let round = 0; round < 8; round++) {
    const tokens = await q.tokens(frank);
    const [refreshed] = await Promise.all([
      q.refresh(tokens.refresh_token),
      q.form('/revoke_token/', { token: tokens.refresh_token, client_id: defaultClientId }),
    ]);
    if (refreshed.status === 200) {
      t.true(await isRevoked(refreshed));
      t.is((await q.refresh(refreshed.refresh_token)).error, 'invalid_grant');
    } else {
      t.is(refreshed.error, 'invalid_grant');
    }
    t.deepEqual(await q.knex('oidc_artifacts').where({ kind: 'Grant', account_id: String(frank.id) }), []);
  }
});

test('each consent, token and ending is in the audit trail, without a secret', async (t) => {
  const gus = await q.person({ username: 'gus' });
  const tokens = await q.tokens(gus);
  await q.form('/revoke_token/', { token: tokens.access_token, client_id: defaultClientId });
  const entries = await q.knex('audit_entries').where({ actor_id: gus.id }).orderBy('id');
  t.deepEqual(
    entries.map(({ action, resource }) => `${action} ${resource}`),
    ['sign_in user', 'consent grant', 'issue access_token', 'revoke grant'],
  );
  t.true(entries.slice(1).every(({ application }) => application === defaultClientId));
  const text = JSON.stringify(entries);
  t.false(text.includes(tokens.access_token) || text.includes(tokens.refresh_token));
});

test.serial('the sweeper deletes what is over and keeps what is not', async (t) => {
  const tokens = await q.tokens(await q.person({ username: 'hal' }));
  const before = await q.knex('oidc_artifacts').count().first<{ count: string }>();
  const old = { payload: '{}', expires_at: q.knex.raw(`now() - interval '1 hour'`) };
  await q
    .knex('oidc_artifacts')
    .insert(Array.from({ length: 2500 }, (_, i) => ({ kind: 'Interaction', id_hash: q.hash(`old ${i}`), ...old })));
  await q.knex('revocations').insert({ token_hash: q.hash('old'), expires_at: q.knex.raw(`now() - interval '1 s'`) });
  const swept = await Promise.all([sweep(q.knex), sweep(q.knex)]);
  t.true(swept[0]! + swept[1]! >= 2501);
  t.is(
    (await q.knex('oidc_artifacts').where({ kind: 'Interaction' }).where('expires_at', '<', q.knex.fn.now())).length,
    0,
  );
  t.deepEqual(await q.knex('revocations').where({ token_hash: q.hash('old') }), []);
  t.true(Number((await q.knex('oidc_artifacts').count().first<{ count: string }>())!.count) >= Number(before!.count));
  t.is((await q.refresh(tokens.refresh_token)).status, 200);
});
