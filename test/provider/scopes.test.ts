import test from 'ava';
import { claimsOf, Setting } from './setting.ts';

const q = await Setting.open();
test.after.always(() => q.close());

const own = (application: { clientId: string; secret: string; id: number }, scope?: string) =>
  q.form('/token/', { grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }, application);

const acting = async (username: string, wishes: Record<string, unknown> = {}) => {
  const user = await q.person({ username, password: '', service: true });
  const application = await q.application({
    grant_types: ['client_credentials'],
    redirect_uris: [],
    service_user_id: user.id,
    ...wishes,
  });
  return { user, application };
};

test('who asks for no scope may read, and no more', async (t) => {
  const ada = await q.person({ username: 'ada' });
  const { verifier, address } = q.authorization();
  const browser = q.browser();
  const consent = await browser.signIn(await browser.open(address.replace(/&scope=[^&]*/, '')), ada);
  const { url } = await browser.submit(consent, { decision: 'allow' });
  t.is((await q.redeem({ code: url.searchParams.get('code')!, verifier })).scope, 'g:read');
  const { application } = await acting('reader');
  t.is((await own(application)).scope, 'g:read');
});

test('the answer names what was asked and agreed to, whatever the roles of the person are', async (t) => {
  const asked = 'openid profile email g:read a:superuser r:delete:stock';
  const answer = await q.tokens(await q.person({ username: 'bob' }), { scope: asked });
  t.deepEqual(answer.scope.split(' ').sort(), asked.split(' ').sort());
  t.is(claimsOf(answer.access_token).scope, answer.scope);
});

test('an unknown scope is an error that names it', async (t) => {
  const { url } = await q.browser().open(q.authorization({ scope: 'g:read r:view:nothing' }).address);
  t.is(url.searchParams.get('error'), 'invalid_scope');
  t.is(url.searchParams.get('error_description'), 'unknown scope: r:view:nothing');
  const { application } = await acting('asker');
  const refused = await own(application, 'g:write');
  t.is(refused.status, 400);
  t.is(refused.error, 'invalid_scope');
  t.is(refused.error_description, 'unknown scope: g:write');
  t.is((await own(application, 'g:read\tx')).error, 'invalid_scope');
});

test('a scope that the application may not have is refused under every grant', async (t) => {
  const { application } = await acting('limited', {
    allowed_scopes: ['openid', 'g:read'],
    grant_types: ['client_credentials', 'authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
    redirect_uris: ['https://planner.example/cb'],
  });
  const web = {
    client_id: application.clientId,
    redirect_uri: 'https://planner.example/cb',
    scope: 'g:read r:add:host',
  };
  const { url } = await q.browser().open(q.authorization(web).address);
  t.is(url.searchParams.get('error'), 'invalid_scope');
  t.is((await own(application, 'r:add:host')).error, 'invalid_scope');
  t.is((await own(application, 'g:read')).scope, 'g:read');
  t.is((await q.form('/device-authorization/', { scope: 'r:add:host' }, application)).error, 'invalid_scope');
  t.is(
    (await q.form('/par/', Object.fromEntries(new URL(q.authorization(web).address).searchParams), application)).error,
    'invalid_scope',
  );
});

test('an application that acts for itself is its service user', async (t) => {
  const { user, application } = await acting('erp-sync');
  const answer = await own(application, 'g:read r:add:host');
  t.is(answer.status, 200);
  t.is(answer.refresh_token, undefined as never);
  t.is(claimsOf(answer.access_token).sub, String(user.id));
  t.is(claimsOf(answer.access_token).client_id, application.clientId);
  const told = await q.form<Record<string, unknown>>('/introspect/', { token: answer.access_token }, application);
  t.is(told.sub, String(user.id));
  t.is(told.username, 'erp-sync');
  await q.form('/revoke_token/', { token: answer.access_token }, application);
  const after = await q.form<Record<string, unknown>>('/introspect/', { token: answer.access_token }, application);
  t.deepEqual(after.active, false);
});

test('an application that acts for itself has no identity to tell of', async (t) => {
  const { application } = await acting('faceless');
  t.is((await own(application, 'openid g:read')).error, 'invalid_scope');
});

test('without an active service user nothing acts for itself', async (t) => {
  const { user, application } = await acting('leaver');
  const { access_token } = await own(application);
  t.truthy(access_token);
  await q.knex('users').where({ id: user.id }).update({ is_active: false });
  const refused = await own(application);
  t.is(refused.status, 400);
  t.is(refused.error, 'unauthorized_client');
  const told = await q.form<Record<string, unknown>>('/introspect/', { token: access_token }, application);
  t.is(told.active, false);
  const nobody = await q.application({ grant_types: ['client_credentials'] });
  t.is((await own(nobody)).error, 'unauthorized_client');
});

test('a public application never acts for itself', async (t) => {
  const { application } = await acting('public', { client_type: 'public' });
  const refused = await q.form('/token/', { grant_type: 'client_credentials', client_id: application.clientId });
  t.true(refused.status === 400 || refused.status === 401);
  t.is(refused.access_token, undefined as never);
});

test('an application given another service user loses the tokens of the one before', async (t) => {
  const { application } = await acting('first');
  const { access_token } = await own(application);
  const second = await q.person({ username: 'second', password: '' });
  await q.knex('applications').where({ id: application.id }).update({ service_user_id: second.id });
  const told = await q.form<Record<string, unknown>>('/introspect/', { token: access_token }, application);
  t.is(told.active, false);
  t.is(claimsOf((await own(application)).access_token).sub, String(second.id));
});

test('each of several secrets opens, until it expires', async (t) => {
  const { application } = await acting('keyed');
  const second = await q.secretFor(application.id, { name: 'new' });
  const over = await q.secretFor(application.id, { expires_at: new Date(Date.now() - 1000) });
  t.is((await own(application)).status, 200);
  t.is((await own({ ...application, secret: second })).status, 200);
  t.is((await own({ ...application, secret: over })).status, 401);
  t.is((await own({ ...application, secret: `${second}x` })).status, 401);
  const posted = { grant_type: 'client_credentials', client_id: application.clientId, client_secret: second };
  t.is((await q.form('/token/', posted)).status, 200);
  await q.knex('application_secrets').where({ application_id: application.id }).delete();
  t.is((await own(application)).error, 'invalid_client');
});

test('the only audience is the resource API', async (t) => {
  const { application } = await acting('wanderer');
  const wish = (resource: string) => q.form('/token/', { grant_type: 'client_credentials', resource }, application);
  t.is((await wish(`${q.url}/api/`)).status, 200);
  t.is((await wish('https://elsewhere.example/')).error, 'invalid_target');
});
