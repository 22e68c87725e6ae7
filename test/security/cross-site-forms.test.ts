import test from 'ava';
import { csrfToken, startSession } from '../../shared/identity/sessions.ts';
import { type Running, start } from '../harness/index.ts';

// Cross-site request forgery against every form there is. Headers are those that browsers send and pages can not set.

let q: Running;
let cookie: string;
let csrf: string;
let othersCsrf: string;
let application: number;

test.before(async () => {
  q = await start();
  const { secretKey } = q.services.config;
  const root = await q.person({ username: 'root', superuser: true, password: 'a long password' });
  const wish = { userId: root.id, idleHours: 1, address: null, userAgent: null };
  const [mine, others] = [await startSession(q.knex, wish), await startSession(q.knex, wish)];
  cookie = `qm_session=${mine}`;
  csrf = csrfToken(secretKey, mine);
  othersCsrf = csrfToken(secretKey, others);
  const row = {
    name: 'Rack planner',
    client_id: 'planner',
    client_type: 'confidential',
    grant_types: ['authorization_code'],
    allowed_scopes: ['g:read'],
  };
  [{ id: application }] = (await q.knex('applications').insert(row).returning('id')) as [{ id: number }];
  await q.knex('building').insert({ code: 'B1' });
  await q.tokenFor(root);
});
test.after.always(() => q?.close());

/** All that a form could change. */
async function everything(): Promise<string> {
  const tables = [
    'users',
    'sessions',
    'api_tokens',
    'applications',
    'application_secrets',
    'building',
    'audit_entries',
    'oidc_artifacts',
    'authenticator_apps',
    'recovery_codes',
    'mail_links',
  ];
  const rows = await Promise.all(
    tables.map((table) => q.knex.raw(`SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ?? AS t`, [table])),
  );
  return JSON.stringify(rows.map((answer) => answer.rows));
}

const forms = (): [path: string, fields: Record<string, string>][] => [
  ['/accounts/logout/', {}],
  ['/accounts/password/', { current: 'a long password', chosen: 'another long one', again: 'another long one' }],
  ['/accounts/tokens/', { name: 'stolen', spelling: 'inventree' }],
  ['/api_tokens', { name: 'stolen', device_name: 'stolen', spelling: 'qore' }],
  ['/accounts/tokens/1/revoke/', {}],
  ['/accounts/sessions/end/', {}],
  ['/accounts/security/app/remove/', {}],
  ['/accounts/security/recovery-codes/', {}],
  ['/accounts/address/', { email: 'evil@evil.example' }],
  [
    '/o/applications/register/',
    {
      name: 'Evil',
      client_type: 'public',
      grant_types: 'authorization_code',
      redirect_uris: 'https://evil.example/',
      response_modes: 'query',
      scopes: 'g:read',
    },
  ],
  [`/o/applications/${application}/update/`, { name: 'Evil' }],
  [`/o/applications/${application}/delete/`, {}],
  [`/o/applications/${application}/disable/`, {}],
  [`/o/applications/${application}/rotate-secret/`, {}],
  ['/api/inventory/buildingbyid/', { code: 'EVIL' }],
  ['/api/inventory/buildingbyid/1/', { _method: 'DELETE' }],
  ['/api/user/tokens/', { name: 'stolen' }],
  ['/api/api_tokens', { device_name: 'stolen' }],
];

const ways: Record<string, () => { headers: Record<string, string>; csrf?: string }> = {
  'from another site': () => ({ headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, csrf }),
  'from a neighbour': () => ({ headers: { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' }, csrf }),
  'from a sandboxed frame': () => ({ headers: { origin: 'null' }, csrf }),
  'without saying where from': () => ({ headers: {}, csrf }),
  'from our page, without its token': () => ({ headers: { origin: q.url, 'sec-fetch-site': 'same-origin' } }),
  'from our page, with an empty token': () => ({ headers: { 'sec-fetch-site': 'same-origin' }, csrf: '' }),
  'with the token of another browser': () => ({ headers: { 'sec-fetch-site': 'same-origin' }, csrf: othersCsrf }),
};

for (const [way, make] of Object.entries(ways)) {
  test.serial(`no form is taken ${way}`, async (t) => {
    const before = await everything();
    for (const [path, fields] of forms()) {
      const { headers, csrf: token } = make();
      const body = new URLSearchParams({
        ...fields,
        ...(token !== undefined && { csrf: token, _csrf: token, csrfmiddlewaretoken: token }),
      });
      const answer = await q.fetch(path, {
        method: 'POST',
        body,
        headers: { ...headers, cookie, accept: 'text/html' },
      });
      t.true([403, 419].includes(answer.status), `${path}: ${answer.status}`);
    }
    t.is(await everything(), before);
  });
}

test.serial('the same form from our own page with its token is taken', async (t) => {
  const headers = { 'sec-fetch-site': 'same-origin', cookie, accept: 'text/html' };
  const body = new URLSearchParams({ csrf });
  t.is((await q.fetch(`/o/applications/${application}/disable/`, { method: 'POST', body, headers })).status, 303);
});

test.serial('no GET changes anything that another site could make a browser open', async (t) => {
  const before = await everything();
  for (const [path] of forms())
    await q.fetch(path, { headers: { cookie, accept: 'text/html', 'sec-fetch-site': 'cross-site' } });
  t.is(
    (await q.fetch('/api/user/me/token/?name=x', { headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status,
    403,
  );
  t.is(await everything(), before);
});

test.serial('a name and password that a browser remembers are not taken from another site’s form', async (t) => {
  const before = await everything();
  const authorization = `Basic ${Buffer.from('root:a long password').toString('base64')}`;
  const another = { authorization, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  const post = async (headers: Record<string, string>, body: NonNullable<RequestInit['body']>) =>
    (await q.fetch('/api/inventory/building/', { method: 'POST', headers, body })).status;
  for (const from of [another, { ...another, 'sec-fetch-site': 'same-site' }, { authorization, origin: 'null' }]) {
    t.is(await post(from, new URLSearchParams({ code: 'EVIL' })), 403);
    t.is(await post({ ...from, 'content-type': 'text/plain' }, '{"code": "EVIL"}'), 403);
    const files = new FormData();
    files.set('code', 'EVIL');
    t.is(await post(from, files), 403);
    t.is(await post(from, new Uint8Array()), 403);
  }
  t.is(await everything(), before);
  // A page elsewhere that was given a password sends JSON, which browsers ask about first; scripts say nothing of sites.
  t.is(await post({ ...another, 'content-type': 'application/json' }, '{"code": "B2"}'), 201);
  t.is(await post({ authorization }, new URLSearchParams({ code: 'B3' })), 201);
});
