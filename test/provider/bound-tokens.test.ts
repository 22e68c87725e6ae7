import { createHash, randomUUID } from 'node:crypto';
import test from 'ava';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { sha256 } from '../../shared/identity/secrets.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

let q: Running;
let robot: TestPerson;
let basic: string;
const pair = await generateKeyPair('ES256', { extractable: true });
const jwk = await exportJWK(pair.publicKey);
test.before(async () => {
  q = await start({ api: 1 });
  robot = await q.person({ username: 'robot', service: true, rights: { host: ['view'] } });
  const row = { client_id: 'bound', name: 'Bound', client_type: 'confidential', grant_types: ['client_credentials'] };
  const wishes = { ...row, allowed_scopes: ['g:read'], service_user_id: robot.id, require_dpop: true };
  const [{ id }] = await q.knex('applications').insert(wishes).returning('id');
  await q.knex('application_secrets').insert({ application_id: id, secret_hash: sha256('a secret') });
  basic = `Basic ${Buffer.from('bound:a secret').toString('base64')}`;
});
test.after.always(() => q?.close());

interface ProofWishes {
  readonly token?: string;
  readonly jti?: string;
  readonly iat?: number;
  readonly key?: typeof pair.privateKey;
  readonly publicJwk?: JWK;
}

/** A DPoP proof for one request. */
function proof(htm: string, path: string, { token, jti, iat, key, publicJwk }: ProofWishes = {}): Promise<string> {
  const ath = token && createHash('sha256').update(token).digest('base64url');
  return new SignJWT({ htm, htu: `${q.url}${path}`, jti: jti ?? randomUUID(), ...(ath && { ath }) })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: publicJwk ?? jwk })
    .setIssuedAt(iat)
    .sign(key ?? pair.privateKey);
}

async function boundToken(): Promise<{ access_token: string; token_type: string }> {
  const answer = await q.json<{ access_token: string; token_type: string }>('/o/token/', {
    method: 'POST',
    as: basic,
    headers: { dpop: await proof('POST', '/o/token/') },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'g:read' }),
  });
  return answer.body;
}

async function call(token: string, dpop: string, { api = q.url, scheme = 'DPoP' } = {}) {
  const response = await q.fetch(`${api}/api/auth-test`, { as: `${scheme} ${token}`, headers: { dpop } });
  await response.arrayBuffer();
  return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '' };
}

test('a token that is bound to a key opens the API with a proof by that key, and with nothing else', async (t) => {
  const { access_token: token, token_type } = await boundToken();
  t.is(token_type, 'DPoP');
  const at = (wishes: ProofWishes = {}) => proof('GET', '/api/auth-test', { token, ...wishes });
  t.is((await call(token, await at())).status, 200);

  const stolen = await call(token, await at(), { scheme: 'Bearer' });
  t.is(stolen.status, 401);
  t.regex(stolen.challenge, /^DPoP error="invalid_token".*algs="ES256/);
  const other = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = await exportJWK(other.publicKey);
  for (const [what, dpop, error] of [
    ['no proof', '', 'invalid_dpop_proof'],
    ['for another address', await proof('GET', '/api/user/me/', { token }), 'invalid_dpop_proof'],
    ['for another method', await proof('POST', '/api/auth-test', { token }), 'invalid_dpop_proof'],
    ['for another token', await at({ token: 'another' }), 'invalid_dpop_proof'],
    ['without a token', await proof('GET', '/api/auth-test'), 'invalid_dpop_proof'],
    ['too old', await at({ iat: Math.floor(Date.now() / 1000) - 120 }), 'invalid_dpop_proof'],
    ['signed by another key', await at({ key: other.privateKey }), 'invalid_dpop_proof'],
    ['by a key of its own', await at({ key: other.privateKey, publicJwk }), 'invalid_token'],
  ] as const) {
    const answer = await call(token, dpop);
    t.is(answer.status, 401, what);
    t.regex(answer.challenge, new RegExp(`error="${error}"`), what);
  }
});

test('a proof counts once, in whatever process it comes twice', async (t) => {
  const { access_token: token } = await boundToken();
  const dpop = await proof('GET', '/api/auth-test', { token });
  const answers = await Promise.all([0, 1, 2, 3].map((n) => call(token, dpop, { api: q.apis[n % 2]! })));
  t.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401, 401]);
  const atTheTokenEndpoint = await proof('POST', '/o/token/');
  const issue = () =>
    q.fetch('/o/token/', {
      method: 'POST',
      as: basic,
      headers: { dpop: atTheTokenEndpoint },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'g:read' }),
    });
  const issued = await Promise.all([issue(), issue(), issue()]);
  t.deepEqual(issued.map(({ status }) => status).sort(), [200, 400, 400]);
});

test('an application that has to bind its tokens gets none unbound, and a bearer token is none to the DPoP scheme', async (t) => {
  const unbound = await q.fetch('/o/token/', {
    method: 'POST',
    as: basic,
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'g:read' }),
  });
  t.is(unbound.status, 400);
  const bearer = await q.bearerFor(robot, ['g:read']);
  t.is((await call(bearer, await proof('GET', '/api/auth-test', { token: bearer }))).status, 401);
});

test('introspection tells the key that a token is bound to', async (t) => {
  const { access_token: token } = await boundToken();
  const { body } = await q.json<{ cnf?: { jkt?: string }; token_type: string }>('/o/introspect/', {
    method: 'POST',
    as: basic,
    body: new URLSearchParams({ token }),
  });
  t.is(body.token_type, 'DPoP');
  t.truthy(body.cnf?.jkt);
});

test('discovery, the metadata of RFC 8414 and the resource metadata of RFC 9728 agree', async (t) => {
  const read = async (path: string) => (await q.json<Record<string, unknown>>(path)).body;
  const discovery = await read('/o/.well-known/openid-configuration');
  t.deepEqual(await read('/.well-known/oauth-authorization-server/o'), discovery);
  const resource = await read('/.well-known/oauth-protected-resource/api/');
  t.deepEqual(await read('/.well-known/oauth-protected-resource'), resource);
  t.deepEqual(resource.authorization_servers, [discovery.issuer]);
  t.is(resource.resource, `${q.url}/api/`);
  t.deepEqual(
    (resource.scopes_supported as string[]).filter(
      (scope) => !(discovery.scopes_supported as string[]).includes(scope),
    ),
    [],
  );
  t.deepEqual(
    [...(discovery.dpop_signing_alg_values_supported as string[])].sort(),
    [...(resource.dpop_signing_alg_values_supported as string[])].sort(),
  );
  t.true((discovery.grant_types_supported as string[]).includes('urn:ietf:params:oauth:grant-type:token-exchange'));
  for (const [name, value] of Object.entries(discovery)) {
    if (name.endsWith('_endpoint')) t.true(String(value).startsWith(`${q.url}/o/`), name);
  }
});
