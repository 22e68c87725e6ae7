import test from 'ava';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify, UnsecuredJWT } from 'jose';
import { FormBrowser } from '../harness/form-browser.ts';
import { claimsOf, Setting, type TestApplication, type TokenAnswer } from '../provider/setting.ts';

// The modules of the OpenID Foundation's plans «Basic OP» and «Config OP», by their own names, each as a test of ours.
// What a module leaves to the person who runs it (a screenshot, a choice) is checked here too.

const q = await Setting.open();
const redirectUri = 'https://rp.example/cb';
let client: TestApplication;
let second: TestApplication;
let signedIn: FormBrowser;
const ada = await q.person({ username: 'ada', email: 'ada@lab.example', firstName: 'Ada', lastName: 'Lovelace' });
test.before(async () => {
  const wishes = { redirect_uris: [redirectUri], consent: 'trusted' };
  client = await q.application(wishes);
  second = await q.application(wishes);
  signedIn = new FormBrowser(q.url);
  await signedIn.signIn(await signedIn.open('/accounts/login/'), ada);
});
test.after.always(() => q.close());

/** Starts an authorization of the client and goes on until it ends somewhere. */
async function authorize(parameters: Record<string, string> = {}, browser = signedIn, application = client) {
  const asked = { client_id: application.clientId, redirect_uri: redirectUri, scope: 'openid', ...parameters };
  const { address, verifier } = q.authorization(asked);
  const page = await browser.open(address);
  return { page, verifier, answer: page.url.searchParams };
}

/** The whole way to tokens. */
async function tokens(parameters: Record<string, string> = {}, browser = signedIn): Promise<TokenAnswer> {
  const { answer, verifier } = await authorize(parameters, browser);
  return q.redeem({ code: answer.get('code') ?? '', verifier }, { application: client, redirectUri });
}

const userinfo = async (token: string, options: RequestInit = {}) => {
  const headers = { authorization: `Bearer ${token}` };
  return (await (await fetch(`${q.url}/o/userinfo/`, { headers, ...options })).json()) as Record<string, unknown>;
};
const discovery = async () =>
  (await (await fetch(`${q.url}/o/.well-known/openid-configuration`)).json()) as Record<string, unknown>;

test.serial('oidcc-server', async (t) => {
  const { answer, verifier } = await authorize({ nonce: 'n-1', state: 'st-1' });
  t.is(answer.get('state'), 'st-1');
  t.is(answer.get('iss'), `${q.url}/o`);
  const got = await q.redeem({ code: answer.get('code') ?? '', verifier }, { application: client, redirectUri });
  t.like(got, { status: 200, token_type: 'Bearer' });
  const claims = claimsOf(got.id_token);
  t.like(claims, { iss: `${q.url}/o`, aud: client.clientId, nonce: 'n-1', sub: String(ada.id) });
  t.true(Number(claims.exp) > Number(claims.iat));
});

test.serial('oidcc-response-type-missing', async (t) => {
  const query = new URLSearchParams({
    client_id: client.clientId,
    redirect_uri: redirectUri,
    scope: 'openid',
    state: 's',
  });
  const page = await signedIn.open(`/o/authorize/?${query}`);
  t.is(page.url.searchParams.get('error'), 'invalid_request');
  t.is(page.url.searchParams.get('state'), 's');
});

test.serial('oidcc-idtoken-signature', async (t) => {
  const { id_token } = await tokens();
  t.is(decodeProtectedHeader(id_token).alg, 'RS256');
  const keys = (await (await fetch(`${q.url}/o/.well-known/jwks.json`)).json()) as JSONWebKeySet;
  await t.notThrowsAsync(
    jwtVerify(id_token, createLocalJWKSet(keys), { issuer: `${q.url}/o`, audience: client.clientId }),
  );
});

test.serial('oidcc-idtoken-unsigned', async (t) => {
  t.false(((await discovery()).id_token_signing_alg_values_supported as string[]).includes('none'));
});

test.serial('oidcc-userinfo-get', async (t) => {
  t.is((await userinfo((await tokens()).access_token)).sub, String(ada.id));
});

test.serial('oidcc-userinfo-post-header', async (t) => {
  const { access_token } = await tokens();
  t.is((await userinfo(access_token, { method: 'POST' })).sub, String(ada.id));
});

test.serial('oidcc-userinfo-post-body', async (t) => {
  const body = new URLSearchParams({ access_token: (await tokens()).access_token });
  t.is((await userinfo('', { method: 'POST', body, headers: {} })).sub, String(ada.id));
});

test.serial('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', async (t) => {
  t.false('nonce' in claimsOf((await tokens()).id_token));
});

test.serial('oidcc-scope-profile', async (t) => {
  const told = await userinfo((await tokens({ scope: 'openid profile' })).access_token);
  t.like(told, { name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace', preferred_username: 'ada' });
});

test.serial('oidcc-scope-email', async (t) => {
  const told = await userinfo((await tokens({ scope: 'openid email' })).access_token);
  t.like(told, { email: 'ada@lab.example', email_verified: false });
});

for (const scope of ['address', 'phone']) {
  test.serial(`oidcc-scope-${scope}`, async (t) => {
    t.false(((await discovery()).scopes_supported as string[]).includes(scope), 'not offered');
    t.is((await authorize({ scope: `openid ${scope}` })).answer.get('error'), 'invalid_scope');
  });
}

test.serial('oidcc-scope-all', async (t) => {
  const told = await userinfo((await tokens({ scope: 'openid profile email' })).access_token);
  t.like(told, { name: 'Ada Lovelace', email: 'ada@lab.example' });
});

test.serial('oidcc-ensure-other-scope-order-succeeds', async (t) => {
  t.is((await userinfo((await tokens({ scope: 'email openid' })).access_token)).email, 'ada@lab.example');
});

for (const display of ['page', 'popup']) {
  test.serial(`oidcc-display-${display}`, async (t) => {
    t.is((await tokens({ display })).status, 200);
  });
}

test.serial('oidcc-prompt-login', async (t) => {
  const browser = new FormBrowser(q.url);
  const page = await browser.signIn(await browser.open('/accounts/login/'), ada);
  t.is(page.status, 200);
  const first = claimsOf((await tokens({}, browser)).id_token);
  await q.knex('sessions').update({ auth_time: q.knex.raw(`auth_time - interval '5 seconds'`) });
  const { page: asked, verifier } = await authorize({ prompt: 'login' }, browser);
  t.is(asked.url.pathname, '/accounts/login/');
  const back = await browser.signIn(asked, ada);
  const code = back.url.searchParams.get('code') ?? '';
  const again = claimsOf((await q.redeem({ code, verifier }, { application: client, redirectUri })).id_token);
  t.is(again.sub, first.sub);
  t.true(Number(again.auth_time) >= Number(first.auth_time));
});

test.serial('oidcc-prompt-none-not-logged-in', async (t) => {
  const { answer, page } = await authorize({ prompt: 'none' }, new FormBrowser(q.url));
  t.is(answer.get('error'), 'login_required');
  t.true(page.url.href.startsWith(redirectUri));
});

test.serial('oidcc-prompt-none-logged-in', async (t) => {
  const first = claimsOf((await tokens()).id_token);
  const silent = claimsOf((await tokens({ prompt: 'none' })).id_token);
  t.is(silent.sub, first.sub);
  t.is(silent.auth_time, first.auth_time);
});

test.serial('oidcc-max-age-1', async (t) => {
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/'), ada);
  await tokens({}, browser);
  await q.knex('sessions').update({ auth_time: q.knex.raw(`auth_time - interval '1 minute'`) });
  await q
    .knex('oidc_artifacts')
    .where({ kind: 'Session' })
    .update({ payload: q.knex.raw(`jsonb_set(payload, '{loginTs}', to_jsonb((payload ->> 'loginTs')::int - 60))`) });
  const { page, verifier } = await authorize({ max_age: '1' }, browser);
  t.is(page.url.pathname, '/accounts/login/');
  // However slow the way back is: a second must not be a circle.
  browser.pause = 2100;
  const back = await browser.signIn(page, ada);
  const code = back.url.searchParams.get('code') ?? '';
  const { id_token } = await q.redeem({ code, verifier }, { application: client, redirectUri });
  t.true(Date.now() / 1000 - Number(claimsOf(id_token).auth_time) < 30);
});

test.serial('oidcc-max-age-10000', async (t) => {
  const first = claimsOf((await tokens({ max_age: '10000' })).id_token);
  t.is(typeof first.auth_time, 'number');
  t.is(claimsOf((await tokens({ max_age: '10000' })).id_token).auth_time, first.auth_time);
});

test.serial('oidcc-ensure-request-with-unknown-parameter-succeeds', async (t) => {
  t.is((await tokens({ extra: 'foobar' })).status, 200);
});

test.serial('oidcc-id-token-hint', async (t) => {
  const { id_token } = await tokens();
  const silent = await tokens({ prompt: 'none', id_token_hint: id_token });
  t.is(claimsOf(silent.id_token).sub, claimsOf(id_token).sub);
});

test.serial('oidcc-login-hint', async (t) => {
  t.is((await tokens({ login_hint: 'ada@lab.example' })).status, 200);
});

for (const [name, parameter] of [
  ['oidcc-ui-locales', 'ui_locales'],
  ['oidcc-claims-locales', 'claims_locales'],
] as const) {
  test.serial(name, async (t) => {
    t.is((await tokens({ [parameter]: 'se' })).status, 200);
  });
}

test.serial('oidcc-ensure-request-with-acr-values-succeeds', async (t) => {
  t.is((await tokens({ acr_values: '1 2' })).status, 200);
});

test.serial('oidcc-codereuse', async (t) => {
  const { answer, verifier } = await authorize();
  const code = { code: answer.get('code') ?? '', verifier };
  t.is((await q.redeem(code, { application: client, redirectUri })).status, 200);
  t.like(await q.redeem(code, { application: client, redirectUri }), { status: 400, error: 'invalid_grant' });
});

test.serial('oidcc-codereuse-30seconds', async (t) => {
  const { answer, verifier } = await authorize();
  const code = { code: answer.get('code') ?? '', verifier };
  const first = await q.redeem(code, { application: client, redirectUri });
  await q
    .knex('oidc_artifacts')
    .where({ kind: 'AuthorizationCode' })
    .whereNotNull('consumed_at')
    .update({ consumed_at: q.knex.raw(`consumed_at - interval '30 seconds'`) });
  t.is((await q.redeem(code, { application: client, redirectUri })).error, 'invalid_grant');
  t.is((await userinfo(first.access_token)).error, 'invalid_token', 'what the code brought is revoked');
});

test.serial('oidcc-ensure-registered-redirect-uri', async (t) => {
  const { page } = await authorize({ redirect_uri: `${redirectUri}/other` });
  t.is(page.status, 400);
  t.is(page.url.origin, q.url);
});

test.serial('oidcc-ensure-post-request-succeeds', async (t) => {
  const { address, verifier } = q.authorization({
    client_id: client.clientId,
    redirect_uri: redirectUri,
    scope: 'openid',
  });
  const posted = await fetch(`${q.url}/o/authorize/`, {
    method: 'POST',
    body: new URL(address).searchParams,
    redirect: 'manual',
  });
  const page = await signedIn.open(posted.headers.get('location') ?? '');
  const code = page.url.searchParams.get('code') ?? '';
  t.is((await q.redeem({ code, verifier }, { application: client, redirectUri })).status, 200);
});

test.serial('oidcc-server-client-secret-post', async (t) => {
  const { answer, verifier } = await authorize();
  const got = await q.form('/token/', {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    code_verifier: verifier,
    redirect_uri: redirectUri,
    client_id: client.clientId,
    client_secret: client.secret,
  });
  t.is(got.status, 200, JSON.stringify(got));
});

test.serial('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported', async (t) => {
  const request = new UnsecuredJWT({ scope: 'openid email', client_id: client.clientId }).encode();
  const { answer } = await authorize({ request });
  t.regex(answer.get('error') ?? '', /^(request_not_supported|invalid_request_object)$/);
});

test.serial('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported', async (t) => {
  const { answer, page } = await authorize({ request_uri: 'https://rp.example/request.jwt' });
  t.regex(answer.get('error') ?? page.html, /request_uri_not_supported|invalid_request/);
  t.not((await discovery()).request_uri_parameter_supported, true);
});

test.serial('oidcc-ensure-request-object-with-redirect-uri', async (t) => {
  const request = new UnsecuredJWT({ redirect_uri: 'https://evil.example/cb', client_id: client.clientId }).encode();
  const { page } = await authorize({ request });
  t.not(page.url.host, 'evil.example');
});

test.serial('oidcc-claims-essential', async (t) => {
  const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
  const got = await tokens({ claims, scope: 'openid profile' });
  t.is((await userinfo(got.access_token)).name, 'Ada Lovelace');
});

test.serial('oidcc-refresh-token', async (t) => {
  const first = await tokens({ scope: 'openid offline_access', prompt: 'consent' });
  const refresh = (refresh_token: string, application: TestApplication) =>
    q.form('/token/', { grant_type: 'refresh_token', refresh_token }, application);
  const next = await refresh(first.refresh_token, client);
  t.is(next.status, 200);
  t.like(claimsOf(next.id_token), { sub: String(ada.id), aud: client.clientId });
  t.not(next.refresh_token, first.refresh_token);
  t.is((await refresh(next.refresh_token, second)).error, 'invalid_grant', 'it is no other client’s');
});

test.serial('oidcc-ensure-request-with-valid-pkce-succeeds', async (t) => {
  const { answer, verifier } = await authorize();
  const code = answer.get('code') ?? '';
  t.is(
    (await q.redeem({ code, verifier: `${verifier}x` }, { application: client, redirectUri })).error,
    'invalid_grant',
  );
  t.is((await tokens()).status, 200);
});

test.serial('oidcc-discovery-endpoint-verification', async (t) => {
  const document = await discovery();
  t.is(document.issuer, `${q.url}/o`);
  for (const name of ['authorization', 'token', 'userinfo', 'end_session', 'introspection', 'revocation']) {
    t.true(String(document[`${name}_endpoint`]).startsWith(`${q.url}/o/`), name);
  }
  t.deepEqual(document.response_types_supported, ['code']);
  t.true((document.subject_types_supported as string[]).includes('public'));
  t.true((document.id_token_signing_alg_values_supported as string[]).includes('RS256'));
  t.true((document.scopes_supported as string[]).includes('openid'));
  t.true((document.claims_supported as string[]).includes('sub'));
  const { keys } = (await (await fetch(String(document.jwks_uri))).json()) as JSONWebKeySet;
  t.true(keys.some(({ kty, use }) => kty === 'RSA' && use === 'sig'));
  t.is(new Set(keys.map(({ kid }) => kid)).size, keys.length);
});
