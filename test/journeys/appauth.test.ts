import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import test from 'ava';
import { type Running, start, type TestPerson } from '../harness/index.ts';
import { hasBrowser, openBrowser, signIn } from './browser.ts';

// The OpenID Foundation's AppAuth, as it comes: modules for bundlers, which a page loads by an import map.

const require = createRequire(import.meta.url);
const entry = require.resolve('@openid/appauth');
const base64 = createRequire(entry)
  .resolve('base64-js')
  .replace(/index\.js$/, 'base64js.min.js');

let q: Running;
let ada: TestPerson;
test.before(async () => {
  q = await start();
  ada = await q.person({ username: 'ada', password: 'a long password', rights: { host: ['view'] } });
});
test.after.always(() => q?.close());

const imports = { appauth: '/appauth/index', 'base64-js': '/base64.mjs' };

const script = `
  import * as appauth from 'appauth';
  /* AppAuth looks for its answer behind «#» unless it is told that it comes in the query. */
  class QueryOnly extends appauth.BasicQueryStringUtils {
    parse(location) { return super.parse(location, false); }
  }
  const asked = new URL(location).searchParams;
  const { issuer, mode } = asked.has('issuer') ? Object.assign(sessionStorage, Object.fromEntries(asked)) : sessionStorage;
  const requestor = new appauth.FetchRequestor();
  const service = appauth.AuthorizationServiceConfiguration.fetchFromIssuer(issuer, requestor);
  const client = { client_id: 'appauth-' + mode, redirect_uri: location.origin + '/' };
  const tokens = new appauth.BaseTokenRequestHandler(requestor);
  const utils = mode === 'query' ? new QueryOnly() : new appauth.BasicQueryStringUtils();
  const authorization = new appauth.RedirectRequestHandler(new appauth.LocalStorageBackend(), utils);

  window.app = {
    async signIn() {
      const extras = mode === 'query' ? {} : { response_mode: mode };
      const response_type = appauth.AuthorizationRequest.RESPONSE_TYPE_CODE;
      const wish = { ...client, scope: 'openid g:read', response_type, extras };
      authorization.performAuthorizationRequest(await service, new appauth.AuthorizationRequest(wish));
    },
    async redeem() {
      const notifier = new appauth.AuthorizationNotifier();
      authorization.setAuthorizationNotifier(notifier);
      const answered = new Promise((resolve) => notifier.setAuthorizationListener((request, response) => resolve({ request, response })));
      await authorization.completeAuthorizationRequestIfPossible();
      const { request, response } = await answered;
      const extras = { code_verifier: request.internal.code_verifier };
      const grant = { ...client, grant_type: appauth.GRANT_TYPE_AUTHORIZATION_CODE, code: response.code, extras };
      return (await tokens.performTokenRequest(await service, new appauth.TokenRequest(grant))).toJson();
    },
    async refresh(refresh_token) {
      const grant = { ...client, grant_type: appauth.GRANT_TYPE_REFRESH_TOKEN, refresh_token };
      return (await tokens.performTokenRequest(await service, new appauth.TokenRequest(grant))).toJson();
    },
    async revoke(token) {
      const wish = { token, client_id: client.client_id };
      return tokens.performRevokeTokenRequest(await service, new appauth.RevokeTokenRequest(wish));
    },
    async call(url, token) {
      return (await fetch(url, { headers: { authorization: 'Bearer ' + token } })).status;
    },
  };
`;

const page = `<!doctype html><title>AppAuth</title><script src="/base64.js"></script>
<script type="importmap">${JSON.stringify({ imports })}</script><script type="module">${script}</script>`;

/** What lies at a path of the application: its page, and the modules of AppAuth, which name each other without «.js». */
async function at(path: string): Promise<{ type: string; text: string }> {
  const [, module] = /^\/appauth\/(\w+)$/.exec(path) ?? [];
  if (module) return { type: 'text/javascript', text: await readFile(join(dirname(entry), `${module}.js`), 'utf8') };
  if (path === '/base64.js') return { type: 'text/javascript', text: await readFile(base64, 'utf8') };
  if (path === '/base64.mjs') return { type: 'text/javascript', text: 'export const { fromByteArray } = base64js;' };
  return { type: 'text/html', text: page };
}

async function application(t: { teardown(end: () => void): void }): Promise<string> {
  const server = createServer(async ({ url = '/' }, response) => {
    const { type, text } = await at(new URL(url, 'http://127.0.0.1').pathname);
    response.setHeader('content-type', type).end(text);
  });
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
}

const inBrowser = hasBrowser ? test : test.skip;

for (const mode of ['query', 'fragment']) {
  inBrowser(
    `AppAuth signs a person in to a page, calls the API, refreshes and revokes, its answer in the ${mode}`,
    async (t) => {
      const origin = await application(t);
      await q.knex('applications').insert({
        client_id: `appauth-${mode}`,
        name: 'A page with AppAuth',
        client_type: 'public',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['http://127.0.0.1/'],
        response_modes: [mode],
        allowed_scopes: ['openid', 'g:read'],
      });
      const { context, close } = await openBrowser();
      t.teardown(close);
      const tab = await context.newPage();
      const run = async <T>(call: string): Promise<T> => {
        await tab.waitForFunction('window.app');
        return tab.evaluate<T>(`app.${call}`);
      };
      const call = (token: string) => run<number>(`call('${q.url}/api/inventory/hostbyid/', '${token}')`);

      await tab.goto(`${origin}/?${new URLSearchParams({ issuer: `${q.url}/o`, mode })}`);
      await run('signIn()');
      await tab.waitForURL((url) => url.pathname === '/accounts/login/');
      await signIn(tab, ada);
      await tab.getByRole('button', { name: 'Allow' }).click();
      await tab.waitForURL((url) => url.origin === origin);

      const first = await run<Tokens>('redeem()');
      t.is(first.scope, 'openid g:read');
      t.is(await call(first.access_token), 200);
      const next = await run<Tokens>(`refresh('${first.refresh_token}')`);
      t.not(next.access_token, first.access_token);
      t.is(await call(next.access_token), 200);
      t.true(await run<boolean>(`revoke('${next.refresh_token}')`));
      t.is(await call(next.access_token), 401, 'what was revoked opens nothing any more');
      await t.throwsAsync(run(`refresh('${next.refresh_token}')`));
    },
  );
}
