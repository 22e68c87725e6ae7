import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { claimsOf, Setting, type TestApplication } from './setting.ts';

const q = await Setting.open();
const ada = await q.person({ username: 'ada' });
test.after.always(() => q.close());

const machine = () =>
  q.application({
    grant_types: ['client_credentials'],
    redirect_uris: [],
    service_user_id: ada.id,
    name: 'Nightly job',
  });

const token = (application: TestApplication, scope = 'g:read') =>
  q.form('/token/', { grant_type: 'client_credentials', scope }, application);

const introspect = (accessToken: string, application: TestApplication) =>
  q.form<{ active: boolean; username?: string }>('/introspect/', { token: accessToken }, application);

test('forty tokens asked for at once have a record and an audit row each', async (t) => {
  const [one, other] = [await machine(), await machine()];
  const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => token(n % 2 ? one : other)));
  t.true(answers.every(({ status }) => status === 200));
  const ids = answers.map(({ access_token }) => String(claimsOf(access_token).jti));
  t.is(new Set(ids).size, 40);
  const records = await q.knex('oidc_artifacts').whereIn(
    'id_hash',
    ids.map((jti) => q.hash(jti)),
  );
  t.is(records.length, 40);
  t.is(records.filter(({ client_id }) => client_id === one.clientId).length, 20);
  const entries = await q.knex('audit_entries').whereIn('object_id', ids).where({ action: 'issue', actor: 'ada' });
  t.is(entries.length, 40);
  t.deepEqual(entries[0].changes, { scope: { new: 'g:read' }, grant_type: { new: 'client_credentials' } });
});

test('of requests that come together, those that are refused spoil none of the others', async (t) => {
  const families = await Promise.all(
    ['bob', 'carol', 'dan'].map(async (username) => q.tokens(await q.person({ username }))),
  );
  const [spent] = families;
  const twice = families.concat(spent ?? []);
  const answers = await Promise.all(twice.map(({ refresh_token }) => q.refresh(refresh_token)));
  t.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 400]);
  t.is(answers.find(({ status }) => status === 400)?.error, 'invalid_grant');
  for (const { status, refresh_token } of answers)
    if (status === 200) t.is((await q.refresh(refresh_token)).status, 200);
});

test('an application that was known a moment ago is asked for its secret of now', async (t) => {
  const application = await machine();
  t.is((await token(application)).status, 200);
  const second = { ...application, secret: await q.secretFor(application.id) };
  t.is((await token(second)).status, 200);
  await q
    .knex('application_secrets')
    .where({ application_id: application.id, secret_hash: q.hash(application.secret) })
    .delete();
  t.is((await token(application)).error, 'invalid_client');
  t.is((await token(second)).status, 200);
});

test('a secret works until its end, though nothing changes then', async (t) => {
  const application = await machine();
  const end = new Date(Date.now() + 2000);
  const passing = { ...application, secret: await q.secretFor(application.id, { expires_at: end }) };
  t.is((await token(application)).status, 200);
  while (new Date() <= end) await sleep(100);
  await sleep(100);
  t.is((await token(passing)).error, 'invalid_client');
  t.is((await token(application)).status, 200);
});

test('an application that is limited while it gets a token gets none that holds more', async (t) => {
  const application = await machine();
  const { answer } = await q.knex.transaction(async (trx) => {
    await trx('applications')
      .where({ id: application.id })
      .update({ allowed_scopes: ['g:read'] });
    const asked = token(application, 'r:add:host');
    await somebodyWaits();
    return { answer: asked };
  });
  t.is((await answer).status, 400);
  const records = await q.knex('oidc_artifacts').where({ client_id: application.clientId, kind: 'ClientCredentials' });
  t.deepEqual(records, []);
  t.is((await token(application)).status, 200);
});

test('an application whose service user is disabled while it gets a token gets none', async (t) => {
  const eve = await q.person({ username: 'eve' });
  const application = await q.application({ grant_types: ['client_credentials'], service_user_id: eve.id });
  const { answer } = await q.knex.transaction(async (trx) => {
    await trx('users').where({ id: eve.id }).update({ is_active: false });
    const asked = token(application);
    await somebodyWaits();
    return { answer: asked };
  });
  t.is((await answer).status, 400);
  t.deepEqual(await q.knex('oidc_artifacts').where({ client_id: application.clientId }), []);
});

test('a token that was asked about before is inactive once it is revoked', async (t) => {
  const application = await machine();
  const { access_token } = await token(application);
  t.is((await introspect(access_token, application)).username, 'ada');
  t.is((await introspect(access_token, application)).active, true);
  t.is((await q.form('/revoke_token/', { token: access_token }, application)).status, 200);
  t.is((await introspect(access_token, application)).active, false);
});

/** Until a statement waits for somebody's lock, or it is clear that none will. */
async function somebodyWaits(): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const { rows } = await q.knex.raw(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
    await sleep(20);
  }
}
