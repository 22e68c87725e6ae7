import { randomUUID } from 'node:crypto';
import test from 'ava';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { TestPerson } from '../harness/index.ts';
import { claimsOf, Setting, type TestApplication } from './setting.ts';

const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange';
const subject_token_type = 'urn:ietf:params:oauth:token-type:access_token';
const q = await Setting.open();
const ada = await q.person({ username: 'ada' });
test.after.always(() => q.close());

const service = (wishes: Record<string, unknown> = {}) =>
  q.application({
    grant_types: [grant_type],
    redirect_uris: [],
    allowed_scopes: ['g:read', 'r:view:host', 'r:change:host', 'openid'],
    ...wishes,
  });
const exchange = (
  application: TestApplication,
  subject_token: string,
  more: Record<string, string> = {},
  headers: Record<string, string> = {},
) => q.form('/token/', { grant_type, subject_token, subject_token_type, ...more }, application, headers);
const isActive = async (application: TestApplication, token: string) =>
  (await q.form<{ active: boolean }>('/introspect/', { token }, application)).active;
const tokensOf = (person: TestPerson, scope: string) => q.tokens(person, { scope });

test('a service goes on for a person with less than it was sent, and the token says who acts', async (t) => {
  const warehouse = await service();
  const { access_token } = await tokensOf(ada, 'openid g:read r:change:host r:add:host');
  const answer = await exchange(warehouse, access_token, { scope: 'r:change:host' });
  t.is(answer.status, 200, JSON.stringify(answer));
  t.like(answer, { scope: 'r:change:host', token_type: 'Bearer', issued_token_type: subject_token_type });
  const claims = claimsOf(answer.access_token);
  t.like(claims, {
    sub: String(ada.id),
    client_id: warehouse.clientId,
    scope: 'r:change:host',
    act: { sub: warehouse.clientId, client_id: warehouse.clientId },
    acr: claimsOf(access_token).acr,
  });
  t.true(Number(claims.exp) <= Number(claimsOf(access_token).exp));
  t.true(await isActive(warehouse, answer.access_token));

  const second = await service();
  const further = await exchange(second, answer.access_token);
  t.deepEqual(claimsOf(further.access_token).act, {
    sub: second.clientId,
    client_id: second.clientId,
    act: { sub: warehouse.clientId, client_id: warehouse.clientId },
  });
  t.is(further.scope, 'r:change:host');
});

test('nothing widens: neither the subject token nor what the service may have is exceeded', async (t) => {
  const warehouse = await service();
  const { access_token } = await tokensOf(ada, 'openid g:read r:add:host offline_access');
  t.is((await exchange(warehouse, access_token, { scope: 'r:change:host' })).error, 'invalid_scope');
  t.is((await exchange(warehouse, access_token, { scope: 'r:add:host' })).error, 'invalid_scope');
  t.is((await exchange(warehouse, access_token, { scope: 'g:read openid' })).error, 'invalid_scope');
  t.is((await exchange(warehouse, access_token)).scope, 'g:read');
  t.false('refresh_token' in (await exchange(warehouse, access_token)));
});

test('an exchanged token ends with the authorization that it came from', async (t) => {
  const person = await q.person({ username: 'bea' });
  const warehouse = await service();
  const second = await service();
  const tokens = await tokensOf(person, 'openid g:read');
  const first = (await exchange(warehouse, tokens.access_token)).access_token;
  const further = (await exchange(second, first)).access_token;
  const { jti } = claimsOf(further) as { jti: string };
  t.true(await isActive(warehouse, further));
  await q.form('/revoke_token/', { token: tokens.access_token, client_id: 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6' });
  t.false(await isActive(warehouse, first));
  t.false(await isActive(warehouse, further));
  t.is((await q.knex('revocations').where({ token_hash: q.hash(jti) })).length, 1, 'and every api process hears of it');
  t.is((await exchange(warehouse, tokens.access_token)).error, 'invalid_grant');
  t.is((await exchange(second, first)).error, 'invalid_grant');
});

test('only what may be exchanged is, by who may exchange it', async (t) => {
  const warehouse = await service();
  const { access_token, refresh_token, id_token } = await tokensOf(ada, 'openid g:read');
  t.is((await exchange(warehouse, refresh_token)).error, 'invalid_grant');
  t.is((await exchange(warehouse, id_token)).error, 'invalid_grant');
  t.is((await exchange(warehouse, 'nonsense')).error, 'invalid_grant');
  t.is((await exchange(warehouse, access_token, { resource: 'https://other.example/' })).error, 'invalid_target');
  t.is((await exchange(warehouse, access_token, { actor_token: access_token })).error, 'invalid_request');
  t.is((await exchange(warehouse, access_token, { requested_token_type: 'urn:x:saml2' })).error, 'invalid_request');
  const other = await q.application();
  t.is((await exchange(other, access_token)).error, 'invalid_request');
  t.is((await q.form('/token/', { grant_type, subject_token: access_token, subject_token_type })).status, 400);
  const robot = await q.person({ username: 'robot', service: true });
  const own = await service({ grant_types: ['client_credentials', grant_type], service_user_id: robot.id });
  const itself = await q.form('/token/', { grant_type: 'client_credentials', scope: 'g:read' }, own);
  t.is((await exchange(warehouse, itself.access_token)).error, 'invalid_grant', 'no person is behind it');
});

test('exchanging is no consent: the service is not connected by it, and asks for itself', async (t) => {
  const person = await q.person({ username: 'cleo' });
  const both = await service({
    name: 'Both ways',
    grant_types: [grant_type, 'authorization_code'],
    redirect_uris: ['https://both.example/cb'],
  });
  const { access_token } = await tokensOf(person, 'openid g:read');
  t.is((await exchange(both, access_token)).status, 200);
  const { address } = q.authorization({ client_id: both.clientId, redirect_uri: 'https://both.example/cb' });
  const browser = q.browser();
  const page = await browser.signIn(await browser.open(address), person);
  t.regex(page.html, /name="decision"/);
  t.notRegex((await browser.open('/accounts/applications/')).html, /Both ways/);
});

/** A key, and proofs by it for the token endpoint (RFC 9449 §4.2). */
async function keyHolder() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  const proof = (htu = `${q.url}/o/token/`): Promise<string> =>
    new SignJWT({ htm: 'POST', htu, jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .setIssuedAt()
      .sign(privateKey);
  return { jkt: await calculateJwkThumbprint(jwk), proof };
}

test('a proof binds what a service gets to its key; what is bound is exchanged by its key only, and stays bound to it', async (t) => {
  const [warehouse, second] = [await service(), await service()];
  const [key, other] = [await keyHolder(), await keyHolder()];
  const { access_token } = await tokensOf(ada, 'openid g:read');
  const dpop = await key.proof();
  const bound = await exchange(warehouse, access_token, {}, { dpop });
  t.is(bound.status, 200, JSON.stringify(bound));
  t.is(bound.token_type, 'DPoP');
  t.like(claimsOf(bound.access_token), { cnf: { jkt: key.jkt } });

  t.is((await exchange(warehouse, access_token, {}, { dpop })).error, 'invalid_dpop_proof', 'a proof counts once');
  const elsewhere = await key.proof(`${q.url}/o/par/`);
  t.is((await exchange(warehouse, access_token, {}, { dpop: elsewhere })).error, 'invalid_dpop_proof');
  t.is((await exchange(warehouse, access_token, {}, { dpop: 'nonsense' })).error, 'invalid_dpop_proof');

  t.is((await exchange(second, bound.access_token)).error, 'invalid_grant');
  const stolen = await exchange(second, bound.access_token, {}, { dpop: await other.proof() });
  t.is(stolen.error, 'invalid_grant');
  const further = await exchange(second, bound.access_token, {}, { dpop: await key.proof() });
  t.like(claimsOf(further.access_token), { cnf: { jkt: key.jkt }, act: { act: { sub: warehouse.clientId } } });

  const careful = await service({ require_dpop: true });
  t.is((await exchange(careful, access_token)).error, 'invalid_grant');
  t.is((await exchange(careful, access_token, {}, { dpop: await other.proof() })).token_type, 'DPoP');
});
