import test from 'ava';
import { makeRegistrationToken } from '../../shared/applications/registration-tokens.ts';
import { atConsole } from '../../shared/audit.ts';
import { loopback, Setting } from './setting.ts';

const closed = await Setting.open();
const q = await Setting.open({ clientRegistration: 'token' });
const open = await Setting.open({ clientRegistration: 'open' });
test.after.always(() => Promise.all([closed.close(), q.close(), open.close()]));

/** What a registered application reads of itself. */
interface Registered {
  readonly client_id: string;
  readonly client_secret: string;
  readonly client_name: string;
  readonly scope: string;
  readonly registration_client_uri: string;
  readonly registration_access_token: string;
  readonly error?: string;
  readonly error_description?: string;
}

async function send(method: string, address: string, token: string | null, body?: object) {
  const response = await fetch(address, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      'content-type': 'application/json',
      accept: 'application/json',
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { ...(text ? (JSON.parse(text) as Registered) : ({} as Registered)), status: response.status, text };
}
const metadata = {
  client_name: 'A tool',
  redirect_uris: ['http://127.0.0.1/cb'],
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
};
const register = (setting: Setting, body: object, token: string | null = null) =>
  send('POST', `${setting.url}/o/register`, token, body);

test('nobody registers where the installation does not allow it', async (t) => {
  t.is((await register(closed, metadata)).status, 404);
  const discovery = await (await fetch(`${closed.url}/o/.well-known/openid-configuration`)).json();
  t.false('registration_endpoint' in (discovery as object));
});

test('a token that a superuser made lets one application register, of however many that try', async (t) => {
  t.is((await register(q, metadata)).status, 401);
  t.is((await register(q, metadata, 'forged')).status, 401);
  const token = await makeRegistrationToken(q.knex, atConsole);
  t.is((await register(q, { ...metadata, redirect_uris: ['http://evil.example/cb'] }, token)).status, 400);
  const answers = await Promise.all([1, 2, 3].map(() => register(q, metadata, token)));
  t.deepEqual(answers.map(({ status }) => status).sort(), [201, 401, 401]);
  const made = answers.find(({ status }) => status === 201)!;
  t.like(made, { client_name: 'A tool', scope: 'openid profile email offline_access g:read' });
  t.false('client_secret' in made);
  const trail = await q.knex('audit_entries').where({ resource: 'application', action: 'create' });
  t.is(trail.length, 1);
});

test('what decides is not for the application to say: scopes, trust, whom it acts as', async (t) => {
  const greedy = {
    ...metadata,
    scope: 'openid g:read r:delete:stock a:superuser',
    consent_mode: 'trusted',
    service_user: { id: 1, username: 'admin' },
    secret_hashes: ['00'],
    access_token_seconds: 80_000,
    self_registered: false,
  };
  const made = await register(open, greedy);
  t.is(made.status, 201, made.text);
  t.is(made.scope, 'openid g:read');
  t.notRegex(made.text, /trusted|service_user|secret_hashes|access_token_seconds/);
  const row = await open.knex('applications').where({ client_id: made.client_id }).first();
  t.like(row, { consent: 'once', service_user_id: null, access_token_seconds: null, self_registered: true });
  for (const wrong of [
    {
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'client_secret_basic',
    },
    { redirect_uris: ['https://*.example/cb'] },
    { client_name: 'a\0b' },
    { client_name: 'a\ud800' },
    { jwks_uri: 'ftp://keys.example/' },
  ]) {
    const answer = await register(open, { ...metadata, ...wrong });
    t.is(answer.status, 400, JSON.stringify(wrong));
    t.regex(answer.error ?? '', /invalid_(client_metadata|redirect_uri)/);
  }
});

test('a registered application signs people in, who are told that nobody has checked it', async (t) => {
  const made = await register(open, { ...metadata, redirect_uris: [loopback] });
  const ada = await open.person({ username: 'ada' });
  const browser = open.browser();
  const { address, verifier } = open.authorization({ client_id: made.client_id });
  const asked = await browser.signIn(await browser.open(address), ada);
  t.regex(asked.html, /nobody here has checked it/);
  const landed = await browser.submit(asked, { decision: 'allow' });
  const application = { id: 0, clientId: made.client_id, secret: '' };
  const code = landed.url.searchParams.get('code') ?? '';
  const tokens = await open.redeem({ code, verifier }, { application });
  t.is(tokens.scope, 'openid g:read');
});

test('who lets a device in is told as well that nobody has checked its application', async (t) => {
  const made = await register(open, {
    client_name: 'A television',
    redirect_uris: [],
    response_types: [],
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    token_endpoint_auth_method: 'none',
  });
  t.is(made.status, 201, made.text);
  const begun = await open.form<{ user_code: string }>('/device-authorization/', { client_id: made.client_id });
  const browser = open.browser();
  const typing = await browser.signIn(
    await browser.open('/accounts/login/?next=/o/device/'),
    await open.person({ username: 'dan' }),
  );
  const asked = await browser.submit(typing, { user_code: begun.user_code });
  t.regex(asked.html, /A television/);
  t.regex(asked.html, /nobody here has checked it/);
});

test('an application reads, changes and deletes itself with its own token, which changes each time', async (t) => {
  const confidential = {
    client_name: 'Server side',
    redirect_uris: ['https://server.example/cb'],
    token_endpoint_auth_method: 'client_secret_basic',
  };
  const made = await register(open, confidential);
  t.true(made.client_secret.length > 30);
  const stored = await open.knex('oidc_artifacts').where({ client_id: made.client_id });
  t.false(JSON.stringify(stored).includes(made.registration_access_token));
  const application = { id: 0, clientId: made.client_id, secret: made.client_secret };
  t.is((await open.form('/introspect/', { token: 'x' }, application)).status, 200);

  const read = await send('GET', made.registration_client_uri, made.registration_access_token);
  t.is(read.client_name, 'Server side');
  t.false('client_secret' in read);
  const change = { ...confidential, client_id: made.client_id, client_name: 'Renamed' };
  const changed = await send('PUT', made.registration_client_uri, made.registration_access_token, change);
  t.is(changed.client_name, 'Renamed', changed.text);
  t.is((await send('GET', made.registration_client_uri, made.registration_access_token)).status, 401);
  t.is((await open.form('/introspect/', { token: 'x' }, application)).status, 200, 'its secret still counts');
  const other = await register(open, metadata);
  t.is((await send('DELETE', made.registration_client_uri, other.registration_access_token)).status, 401);
  t.is((await send('DELETE', made.registration_client_uri, changed.registration_access_token)).status, 204);
  t.is((await open.form('/introspect/', { token: 'x' }, application)).status, 401);
});

test('what a superuser decided about an application since is not undone by what it says of itself', async (t) => {
  const asked = {
    ...metadata,
    redirect_uris: ['https://tool.example/cb'],
    scope: 'openid profile g:read',
    response_modes: ['query', 'fragment'],
  };
  const made = await register(open, asked);
  const decided = {
    allowed_scopes: ['openid'],
    grant_types: ['authorization_code'],
    response_modes: ['query'],
    require_par: true,
    require_dpop: true,
    consent: 'trusted',
  };
  const row = () => open.knex('applications').where({ client_id: made.client_id }).first();
  await open.knex('applications').where({ client_id: made.client_id }).update(decided);
  const change = (token: string, more: object = {}) =>
    send('PUT', made.registration_client_uri, token, { ...asked, client_id: made.client_id, ...more });
  const changed = await change(made.registration_access_token, { client_name: 'Renamed' });
  t.like(changed, { client_name: 'Renamed', scope: 'openid' }, changed.text);
  t.like(await row(), { ...decided, name: 'Renamed' });
  let token = changed.registration_access_token;
  for (const elsewhere of ['http://127.0.0.1/cb', 'https://elsewhere.example/cb']) {
    const moved = await change(token, { redirect_uris: [elsewhere] });
    t.is(moved.status, 400, 'people are not asked, so its codes go where they went');
    token = moved.registration_access_token ?? token;
  }
  t.deepEqual((await row()).redirect_uris, ['https://tool.example/cb']);
});
