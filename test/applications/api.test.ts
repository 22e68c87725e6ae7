import { generateKeyPairSync } from 'node:crypto';
import test from 'ava';
import sharp from 'sharp';
import { type Running, start, type TestPerson } from '../harness/index.ts';

let q: Running;
let root: string;
let admin: TestPerson;
test.before(async () => {
  q = await start();
  admin = await q.person({ username: 'chief', superuser: true });
  root = await q.bearerFor(admin, ['a:superuser']);
});
test.after.always(() => q?.close());

const path = '/api/o/application/';
/** What comes back of an application, a secret or a token, as far as it is looked at here. */
interface Answered {
  readonly id: number;
  readonly client_id: string;
  readonly client_secret: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly logo: string;
  readonly jwks: object;
  readonly expires_at: unknown;
  readonly service_user: unknown[];
  readonly secrets: { id: number; name: string; expires_at: string | null }[];
  readonly usage: { tokens: number; last_used_at: string };
}
const send = (method: string, to: string, json: unknown, as = root) => q.json<Answered>(to, { method, json, as });
const bridge = {
  name: 'ERP bridge',
  client_type: 'confidential',
  grant_types: ['client_credentials'],
  allowed_scopes: ['g:read'],
  service_user: 'new',
  contacts: ['erp@lab.example'],
};
const tokenWith = (clientId: string, secret: string) =>
  q.json<Answered>('/o/token/', {
    method: 'POST',
    as: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'g:read' }),
  });

test('a script registers an application, gives it a second secret and takes the first away', async (t) => {
  const made = await send('POST', path, bridge);
  t.is(made.status, 201, JSON.stringify(made.body));
  t.is(made.headers.get('cache-control'), 'no-store');
  const { id, client_id, client_secret } = made.body;
  t.like(made.body, { name: 'ERP bridge', enabled: true, contacts: ['erp@lab.example'], created_by: admin.id });
  t.is((await tokenWith(client_id, client_secret)).status, 200);

  const past = await send('POST', `${path}${id}/secret/`, { name: 'night', expires_at: '2020-01-01' });
  t.is(past.status, 400);
  t.truthy(past.body.expires_at);
  const second = await send('POST', `${path}${id}/secret/`, { name: 'night', expires_at: '2099-01-31' });
  t.is(second.status, 201);
  t.is((await tokenWith(client_id, second.body.client_secret)).status, 200);

  const { body } = await q.json<Answered>(`${path}${id}/`, { as: root });
  t.deepEqual(
    body.secrets.map(({ name, expires_at }) => [name, expires_at]),
    [
      ['night', '2099-01-31T23:59:59.999Z'],
      ['', null],
    ],
  );
  t.false(JSON.stringify(body).includes(client_secret));
  const first = body.secrets[1]?.id;
  t.is((await q.fetch(`${path}${id}/secret/${first}/`, { method: 'DELETE', as: root })).status, 204);
  t.is((await q.fetch(`${path}${id}/secret/${first}/`, { method: 'DELETE', as: root })).status, 404);
  t.is((await tokenWith(client_id, client_secret)).status, 401);
  t.is((await tokenWith(client_id, second.body.client_secret)).status, 200);

  let usage = body.usage;
  for (let tries = 0; tries < 100 && usage.tokens < 3; tries++) {
    usage = (await q.json<Answered>(`${path}${id}/`, { as: root })).body.usage;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  t.like(usage, { tokens: 3, live_tokens: 3, people: 0, grants: 0 });
  t.true(Date.parse(usage.last_used_at) > Date.now() - 60_000);

  const trail = await q.knex('audit_entries').where({ resource: 'application', object_id: String(id) });
  t.deepEqual(trail.map(({ action }) => action).sort(), ['add_secret', 'create', 'end_secret']);
  t.false(JSON.stringify(trail).includes(client_secret));
});

test('changing an application leaves what is not named, and disabling it ends its tokens', async (t) => {
  const { body: made } = await send('POST', path, { ...bridge, name: 'Scanner', access_token_seconds: 120 });
  const token = (await tokenWith(made.client_id, made.client_secret)).body;
  t.is(token.expires_in, 120);
  const changed = await send('PATCH', `${path}${made.id}/`, { description: 'Scans.', enabled: false });
  t.is(changed.status, 200, JSON.stringify(changed.body));
  t.like(changed.body, { name: 'Scanner', description: 'Scans.', enabled: false, access_token_seconds: 120 });
  t.is((await q.fetch('/api/auth-test', { as: token.access_token })).status, 401);
  t.is((await q.fetch(`${path}${made.id}/`, { method: 'DELETE', as: root })).status, 204);
  t.is((await q.fetch(`${path}${made.id}/`, { as: root })).status, 404);
});

test('an application that proves itself with a key has the public keys that it was given', async (t) => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'ES256' }] };
  const made = await send('POST', path, { ...bridge, name: 'Signer', auth_method: 'private_key_jwt', jwks });
  t.is(made.status, 201, JSON.stringify(made.body));
  t.deepEqual(made.body.jwks, jwks);
});

test('what is wrong is said by field, by the same rules as on the pages', async (t) => {
  const wrong = {
    name: 'Planner',
    redirect_uris: ['http://planner.example/cb'],
    backchannel_logout_uri: 'com.example.app:/out',
    access_token_seconds: 5,
    contacts: ['nobody'],
    jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'secret' }] },
    allowed_scopes: ['g:read', 'g:everything'],
  };
  const { status, body } = await send('POST', path, wrong);
  t.is(status, 400);
  t.deepEqual(Object.keys(body).sort(), [
    'access_token_seconds',
    'allowed_scopes',
    'backchannel_logout_uri',
    'contacts',
    'jwks',
    'redirect_uris',
  ]);
  const trusted = await send('POST', path, {
    name: 'Tool',
    redirect_uris: ['http://127.0.0.1/cb'],
    consent: 'trusted',
  });
  t.deepEqual(Object.keys(trusted.body), ['consent']);
  t.is((await send('POST', path, { ...bridge, service_user: 99999 })).body.service_user.length, 1);
});

test('the ways to get an answer are the application’s own, and have to be some that there are', async (t) => {
  const page = { name: 'Single page', redirect_uris: ['https://page.example/cb'] };
  const made = await send('POST', path, page);
  t.like(made.body, { response_modes: ['query', 'form_post'] });
  const one = `${path}${made.body.id}/`;
  t.like((await send('PATCH', one, { response_modes: ['fragment'] })).body, { response_modes: ['fragment'] });
  for (const response_modes of [[], ['web_message'], 'query']) {
    const { status, body } = await send('PATCH', one, { response_modes });
    t.is(status, 400);
    t.deepEqual(Object.keys(body), ['response_modes']);
  }
  t.like((await q.json(one, { as: root })).body, { response_modes: ['fragment'] });
});

test('a logo is drawn anew, shown to whoever is asked, and gone when it is taken away', async (t) => {
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>',
  );
  const logo = `data:image/svg+xml;base64,${svg.toString('base64')}`;
  const { body } = await send('POST', path, { ...bridge, name: 'With a logo', logo });
  const shown = await q.fetch(body.logo);
  t.is(shown.headers.get('content-type'), 'image/png');
  t.like(await sharp(Buffer.from(await shown.arrayBuffer())).metadata(), { format: 'png', width: 128, height: 128 });
  t.is((await send('PATCH', `${path}${body.id}/`, { logo: 'data:image/png;base64,AAAA' })).status, 400);
  t.like((await send('PATCH', `${path}${body.id}/`, { logo: null })).body, { logo: null });
  t.is((await q.fetch(body.logo)).status, 404);
});

test('only a superuser gets in, with a token that may do everything', async (t) => {
  const staff = await q.person({
    username: 'staff',
    staff: true,
    rights: { admin: ['view', 'add', 'change', 'delete'] },
  });
  t.is((await q.fetch(path, { as: await q.tokenFor(staff) })).status, 403);
  t.is((await q.fetch(path, { as: await q.bearerFor(staff, ['a:superuser']) })).status, 403);
  t.is((await q.fetch(path, { as: await q.bearerFor(admin, ['g:read', 'a:staff', 'r:add:admin']) })).status, 403);
  t.is((await q.fetch(path)).status, 401);
});
