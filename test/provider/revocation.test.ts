import test from 'ava';
import { createLocalJWKSet, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { claimsOf, defaultClientId, Setting, type TestApplication } from './setting.ts';

const q = await Setting.open({ logLevel: 'silent' });
test.after.always(() => q.close());

let server: TestApplication;
test.before(async () => {
  server = await q.application({ name: 'A resource server', grant_types: ['client_credentials'] });
});
const introspect = (token: string, more: Record<string, string> = {}) =>
  q.form<Record<string, unknown>>('/introspect/', { token, ...more }, server);
const revoke = (token: string, client_id = defaultClientId) =>
  q.form<Record<string, unknown>>('/revoke_token/', { token, client_id });
const userinfo = (token: string) => fetch(`${q.url}/o/userinfo/`, { headers: { authorization: `Bearer ${token}` } });

test('introspection tells of a JWT access token, and userinfo answers it', async (t) => {
  const ada = await q.person({ username: 'ada', firstName: 'Ada', lastName: 'Lovelace', email: 'ada@lab.example' });
  const { access_token: token } = await q.tokens(ada, { scope: 'openid profile email g:read' });
  const { keys } = (await (await fetch(`${q.url}/o/.well-known/jwks.json`)).json()) as { keys: object[] };
  const verified = await jwtVerify(token, createLocalJWKSet({ keys: keys as never }), {
    issuer: `${q.url}/o`,
    audience: `${q.url}/api/`,
    typ: 'at+jwt',
    algorithms: ['ES256'],
  });
  const told = await introspect(token, { token_type_hint: 'access_token' });
  t.is(told.status, 200);
  t.is(told.active, true);
  t.is(told.sub, String(ada.id));
  t.is(told.username, 'ada');
  t.is(told.client_id, defaultClientId);
  t.is(told.aud, `${q.url}/api/`);
  t.is(told.exp, verified.payload.exp);
  t.is(told.scope, verified.payload.scope);

  const answer = await userinfo(token);
  t.is(answer.status, 200);
  t.deepEqual(await answer.json(), {
    sub: String(ada.id),
    name: 'Ada Lovelace',
    given_name: 'Ada',
    family_name: 'Lovelace',
    preferred_username: 'ada',
    email: 'ada@lab.example',
    email_verified: false,
  });
  const posted = await fetch(`${q.url}/o/userinfo/`, {
    method: 'POST',
    body: new URLSearchParams({ access_token: token }),
  });
  t.is(posted.status, 200);
});

test('userinfo tells no more than the scopes allow, and nothing without openid', async (t) => {
  const bob = await q.person({ username: 'bob', email: 'bob@lab.example' });
  const { access_token: little } = await q.tokens(bob, { scope: 'openid g:read' });
  t.deepEqual(await (await userinfo(little)).json(), { sub: String(bob.id) });
  const { access_token: none } = await q.tokens(bob, { scope: 'g:read' });
  const refused = await userinfo(none);
  t.is(refused.status, 403);
  t.regex(refused.headers.get('www-authenticate') ?? '', /insufficient_scope/);
  t.is((await userinfo('nonsense')).status, 401);
  t.is((await fetch(`${q.url}/o/userinfo/`)).status, 401);
});

test('revoking the access token ends the whole family', async (t) => {
  const { access_token, refresh_token } = await q.tokens(await q.person({ username: 'carol' }));
  t.is((await revoke(access_token)).status, 200);
  t.is((await introspect(access_token)).active, false);
  t.is((await userinfo(access_token)).status, 401);
  t.is((await q.refresh(refresh_token)).error, 'invalid_grant');
  t.is((await q.knex('revocations').where({ token_hash: q.hash(String(claimsOf(access_token).jti)) })).length, 1);
});

test('revoking the refresh token ends the access token, and every process is told', async (t) => {
  const { access_token, refresh_token } = await q.tokens(await q.person({ username: 'dan' }));
  const token = q.hash(String(claimsOf(access_token).jti)).toString('hex');
  const told = new Promise((resolve) => {
    q.services.events.on('token', (payload) => {
      if (payload.token === token) resolve(payload.until);
    });
  });
  t.is((await revoke(refresh_token)).status, 200);
  t.is(await told, Number(claimsOf(access_token).exp));
  t.is((await introspect(access_token)).active, false);
});

test('nobody revokes the tokens of another application', async (t) => {
  const { access_token } = await q.tokens(await q.person({ username: 'eve' }));
  const other = await q.application();
  t.is((await q.form('/revoke_token/', { token: access_token }, other)).status, 200);
  t.is((await introspect(access_token)).active, true);
});

test('who only knows the id of a token holds no token', async (t) => {
  const { access_token } = await q.tokens(await q.person({ username: 'frank' }));
  const jti = String(claimsOf(access_token).jti);
  t.is((await introspect(jti)).active, false);
  t.is((await userinfo(jti)).status, 401);
  await revoke(jti);
  t.is((await introspect(access_token)).active, true);
});

test('forged, foreign and spoilt tokens are inactive, and revoking them does nothing', async (t) => {
  const { access_token } = await q.tokens(await q.person({ username: 'gus' }));
  const claims = claimsOf(access_token);
  const { privateKey } = await generateKeyPair('ES256');
  const { kid } = JSON.parse(Buffer.from(access_token.split('.')[0]!, 'base64url').toString());
  const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid }).sign(privateKey);
  const none = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${access_token.split('.')[1]}.`;
  const [header, , signature] = access_token.split('.');
  const changed = [header, Buffer.from(JSON.stringify({ ...claims, sub: '1' })).toString('base64url'), signature].join(
    '.',
  );
  for (const token of [forged, none, changed, 'a.b.c', `${access_token}x`]) {
    const told = await introspect(token);
    t.is(told.status, 200, token);
    t.is(told.active, false);
    t.is((await revoke(token)).status, 200);
    t.is((await userinfo(token)).status, 401);
  }
  t.is((await introspect(access_token)).active, true);
});

test('an ID token is no access token', async (t) => {
  const { id_token } = await q.tokens(await q.person({ username: 'hal' }));
  t.is((await introspect(id_token)).active, false);
  t.is((await userinfo(id_token)).status, 401);
});

test('only clients that authenticate are told anything; public ones only about their own tokens', async (t) => {
  const { access_token, refresh_token } = await q.tokens(await q.person({ username: 'ida' }));
  t.is((await q.form('/introspect/', { token: access_token })).status, 400);
  const wrong = { ...server, secret: 'not it' };
  t.is((await q.form('/introspect/', { token: access_token }, wrong)).status, 401);
  const publicOne = await q.application({ client_type: 'public' });
  const asked = await q.form<{ active: boolean }>('/introspect/', {
    token: access_token,
    client_id: publicOne.clientId,
  });
  t.is(asked.active, false);
  t.is((await introspect(refresh_token)).active, false, 'refresh tokens concern their own client alone');
  const own = await q.form<{ active: boolean }>('/introspect/', { token: refresh_token, client_id: defaultClientId });
  t.is(own.active, true);
});

test.serial('a revocation that cannot be stored is not answered as done', async (t) => {
  const { access_token } = await q.tokens(await q.person({ username: 'jo' }));
  await q.knex.raw(`ALTER TABLE revocations ADD CONSTRAINT broken CHECK (false) NOT VALID`);
  try {
    const answer = await revoke(access_token);
    t.true(answer.status >= 500);
    t.is(answer.error, 'server_error');
  } finally {
    await q.knex.raw('ALTER TABLE revocations DROP CONSTRAINT broken');
  }
  t.is((await introspect(access_token)).active, true);
  t.is((await revoke(access_token)).status, 200);
  t.is((await introspect(access_token)).active, false);
});
