import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import express from 'express';
import { auth as jwtBearer, requiredScopes } from 'express-oauth2-jwt-bearer';
import relyingParty from 'express-openid-connect';
import { ClientCredentials } from 'simple-oauth2';
import { sha256 } from '../../shared/identity/secrets.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

// Programs that others wrote, as they come, against a running server.

let answerRp: RequestListener = (_, response) => response.writeHead(503).end();
const rpServer = createServer((request, response) => answerRp(request, response));
const rp = await listening(rpServer);
let q: Running;
let ada: TestPerson;
test.before(async () => {
  q = await start({ config: { privateHosts: [new URL(rp).host] } });
  ada = await q.person({ username: 'ada', password: 'a long password', rights: { host: ['view'] } });
});
test.after.always(async () => {
  rpServer.closeAllConnections();
  rpServer.close();
  await q?.close();
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Serves `listener` while a test runs. */
async function serving(t: { teardown(end: () => void): void }, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return listening(server);
}

async function application(wishes: Record<string, unknown>): Promise<{ id: string; secret: string }> {
  const row = { client_type: 'confidential', allowed_scopes: ['*'], ...wishes };
  const [{ id }] = await q.knex('applications').insert(row).returning('id');
  await q.knex('application_secrets').insert({ application_id: id, secret_hash: sha256('a secret of a client') });
  return { id: String(wishes.client_id), secret: 'a secret of a client' };
}

test('express-openid-connect signs a person in, and out when their session ends here', async (t) => {
  const client = await application({
    client_id: 'express-rp',
    name: 'Express',
    grant_types: ['authorization_code'],
    redirect_uris: [`${rp}/callback`],
    post_logout_redirect_uris: [rp],
    backchannel_logout_uri: `${rp}/backchannel-logout`,
    consent: 'once',
  });
  const endedSessions = new Set<unknown>();
  const app = express();
  app.use(
    relyingParty.auth({
      issuerBaseURL: `${q.url}/o`,
      baseURL: rp,
      clientID: client.id,
      clientSecret: client.secret,
      secret: 'a cookie secret that is long enough',
      authRequired: false,
      authorizationParams: { response_type: 'code', scope: 'openid profile' },
      idTokenSigningAlg: 'RS256',
      backchannelLogout: {
        onLogin: false,
        onLogoutToken: (token) => {
          endedSessions.add((token as { sid?: string }).sid);
        },
        isLoggedOut: ({ oidc }) => endedSessions.has(oidc.idTokenClaims?.sid),
      },
    }),
  );
  app.get('/', ({ oidc }, response) => {
    response.send(oidc.isAuthenticated() ? `in as ${oidc.user?.preferred_username}` : 'out');
  });
  answerRp = app;

  const [here, there] = [new FormBrowser(q.url), new FormBrowser(rp)];
  let page = await here.open((await there.open('/login')).url.href);
  page = await here.signIn(page, ada);
  if (page.html.includes('name="decision"')) page = await here.submit(page, { decision: 'allow' });
  await there.open(page.url.href);
  t.is((await there.open('/')).html, 'in as ada');

  await here.submit(await here.open('/accounts/logout/'));
  for (let tries = 0; tries < 100 && endedSessions.size === 0; tries++) await sleep(50);
  t.is((await there.open('/')).html, 'out');
});

test('express-oauth2-jwt-bearer, a resource server of somebody else’s, takes our tokens and no others', async (t) => {
  const app = express();
  app.use(
    jwtBearer({ issuerBaseURL: `${q.url}/o`, audience: `${q.url}/api/`, tokenSigningAlg: 'ES256', strict: true }),
  );
  app.get('/', requiredScopes('g:read'), ({ auth }, response) => {
    response.json({ sub: auth?.payload.sub });
  });
  app.use(((error, _request, response, _next) => {
    response.status(error.status ?? 500).send(error.code);
  }) satisfies express.ErrorRequestHandler);
  const url = await serving(t, app);
  const call = async (token: string) => {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    return { status: answer.status, text: await answer.text() };
  };
  const token = await q.bearerFor(ada, ['g:read']);
  t.deepEqual(await call(token), { status: 200, text: JSON.stringify({ sub: String(ada.id) }) });
  t.deepEqual(await call(await q.bearerFor(ada, ['r:view:host'])), { status: 403, text: 'insufficient_scope' });
  t.is((await call(`${token.slice(0, -4)}AAAA`)).status, 401);
});

test('simple-oauth2 gets a token for a service, uses it and revokes it', async (t) => {
  const { id, secret } = await application({
    client_id: 'simple',
    name: 'Simple',
    grant_types: ['client_credentials'],
    service_user_id: ada.id,
  });
  const client = new ClientCredentials({
    client: { id, secret },
    auth: { tokenHost: q.url, tokenPath: '/o/token/', revokePath: '/o/revoke_token/' },
  });
  const token = await client.getToken({ scope: 'g:read' });
  const as = String(token.token.access_token);
  t.is((await q.fetch('/api/auth-test', { as })).status, 200);
  await token.revoke('access_token');
  let status = 200;
  for (let tries = 0; tries < 100 && status === 200; tries++) status = (await q.fetch('/api/auth-test', { as })).status;
  t.is(status, 401);
});
