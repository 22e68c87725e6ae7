import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { type Running, start, type TestPerson } from '../harness/index.ts';
import { hasBrowser, openBrowser, signIn } from './browser.ts';
import { overTls } from './over-tls.ts';

// oidc-client-ts, the client of single pages, as it comes, against a running server.

const require = createRequire(import.meta.url);
let q: Running;
let ada: TestPerson;
test.before(async () => {
  q = await start();
  ada = await q.person({ username: 'ada', password: 'a long password', rights: { host: ['view'] } });
});
test.after.always(() => q?.close());

/** A page with oidc-client-ts and a script of its own. @returns its origin */
async function singlePage(t: { teardown(end: () => void): void }, script: string): Promise<string> {
  const library = readFileSync(
    require.resolve('oidc-client-ts').replace(/dist\/.*/, 'dist/browser/oidc-client-ts.min.js'),
  );
  const page = `<!doctype html><title>SPA</title><script src="/oidc.js"></script><script>${script}</script>`;
  const server = createServer((request, response) => {
    const isLibrary = request.url === '/oidc.js';
    response.setHeader('content-type', isLibrary ? 'text/javascript' : 'text/html').end(isLibrary ? library : page);
  });
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const inBrowser = hasBrowser ? test : test.skip;

inBrowser('oidc-client-ts signs a person in to a page, renews silently, calls the API and signs out', async (t) => {
  const script = `
    const manager = new oidc.UserManager({
      authority: '${q.url}/o', client_id: 'spa', redirect_uri: location.origin + '/', scope: 'openid profile g:read',
      post_logout_redirect_uri: location.origin + '/bye', automaticSilentRenew: false, loadUserInfo: true,
    });
  `;
  const origin = await singlePage(t, script);
  await q.knex('applications').insert({
    client_id: 'spa',
    name: 'Single page',
    client_type: 'public',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['http://127.0.0.1/'],
    post_logout_redirect_uris: ['http://127.0.0.1/bye'],
    allowed_scopes: ['*'],
  });
  const { context, close } = await openBrowser();
  t.teardown(close);
  const tab = await context.newPage();
  await tab.goto(origin);
  await tab.evaluate('void manager.signinRedirect()');
  await signIn(tab, ada);
  await tab.getByRole('button', { name: 'Allow' }).click();
  await tab.waitForURL((url) => url.origin === origin);
  const told = 'manager.signinCallback().then((user) => user.profile.preferred_username)';
  t.is(await tab.evaluate(told), 'ada');
  const renewed = `manager.getUser().then(async (before) => {
    const after = await manager.signinSilent();
    const answer = await fetch('${q.url}/api/auth-test', { headers: { authorization: 'Bearer ' + after.access_token } });
    return { fresh: after.access_token !== before.access_token, status: answer.status };
  })`;
  t.deepEqual(await tab.evaluate(renewed), { fresh: true, status: 200 });
  await tab.evaluate('void manager.signoutRedirect()');
  await tab.getByRole('button', { name: 'Sign out', exact: true }).last().click();
  await tab.waitForURL(`${origin}/bye`);
  await tab.goto(`${q.url}/accounts/`);
  t.is(new URL(tab.url()).pathname, '/accounts/login/');
});

inBrowser(
  'oidc-client-ts without a refresh token asks in a hidden frame, and hears there at once that somebody has to be asked',
  async (t) => {
    const script = `
    const manager = new oidc.UserManager({
      authority: '${q.url}/o', client_id: 'framed', redirect_uri: location.origin + '/', scope: 'openid g:read',
      silent_redirect_uri: location.origin + '/silent', automaticSilentRenew: false,
    });
    if (location.pathname === '/silent') manager.signinSilentCallback();
  `;
    const origin = await singlePage(t, script);
    await q.knex('applications').insert({
      client_id: 'framed',
      name: 'Framed',
      client_type: 'public',
      grant_types: ['authorization_code'],
      redirect_uris: ['http://127.0.0.1/', 'http://127.0.0.1/silent'],
      allowed_scopes: ['*'],
      consent: 'once',
    });
    const { context, close } = await openBrowser();
    t.teardown(close);
    const tab = await context.newPage();
    await tab.goto(origin);
    await tab.evaluate('void manager.signinRedirect()');
    await signIn(tab, ada);
    await tab.getByRole('button', { name: 'Allow' }).click();
    await tab.waitForURL((url) => url.origin === origin);
    await tab.evaluate('manager.signinCallback().then(() => undefined)');
    const silently = 'manager.signinSilent().then(() => null, ({ error }) => error)';
    t.is(
      await tab.evaluate(silently),
      'interaction_required',
      'others could use the name of a program on this computer',
    );
    await context.clearCookies();
    t.is(await tab.evaluate(silently), 'login_required');
  },
);

inBrowser('oidc-client-ts renews in a hidden frame where its page is of the same site as the provider', async (t) => {
  // What it is called by people: https, as on any site, in front of it and of the page.
  const front = await overTls(t);
  const own = await start({ config: { publicUrl: front.url, trustProxy: 1 } });
  t.teardown(() => own.close());
  front.leadTo(own.url);
  const script = `
    const manager = new oidc.UserManager({
      authority: '${front.url}/o', client_id: 'same-site', redirect_uri: location.origin + '/', scope: 'openid g:read',
      silent_redirect_uri: location.origin + '/silent', automaticSilentRenew: false,
    });
    if (location.pathname === '/silent') manager.signinSilentCallback();
  `;
  const pages = await overTls(t);
  pages.leadTo(await singlePage(t, script));
  await own.knex('applications').insert({
    client_id: 'same-site',
    name: 'On the same site',
    client_type: 'public',
    grant_types: ['authorization_code'],
    redirect_uris: [`${pages.url}/`, `${pages.url}/silent`],
    allowed_scopes: ['*'],
  });
  const person = await own.person({ username: 'ada', password: 'a long password', rights: { host: ['view'] } });
  const { context, close } = await openBrowser({ anyCertificate: true });
  t.teardown(close);
  const tab = await context.newPage();
  await tab.goto(pages.url);
  await tab.evaluate('void manager.signinRedirect()');
  await signIn(tab, person);
  await tab.getByRole('button', { name: 'Allow' }).click();
  await tab.waitForURL((url) => url.origin === pages.url);
  await tab.evaluate('manager.signinCallback().then(() => undefined)');
  const renewed = `manager.getUser().then(async (before) => {
    const after = await manager.signinSilent();
    const answer = await fetch('${front.url}/api/auth-test', { headers: { authorization: 'Bearer ' + after.access_token } });
    return { fresh: after.access_token !== before.access_token, refresh: !!before.refresh_token, status: answer.status };
  })`;
  t.deepEqual(await tab.evaluate(renewed), { fresh: true, refresh: false, status: 200 });

  const framed = `document.body.append(Object.assign(document.createElement('iframe'), { src: '${front.url}/accounts/' }))`;
  const refused = tab.waitForEvent(
    'framenavigated',
    (frame) => frame.parentFrame() !== null && frame.url() !== 'about:blank',
  );
  await tab.evaluate(framed);
  t.regex(
    (await refused).url(),
    /^chrome-error:/,
    'a page that people see is never framed, not by its own site either',
  );
  await tab.goto(`${front.url}/accounts/logout/`);
  await tab.getByRole('button', { name: 'Sign out', exact: true }).last().click();
  await tab.goto(pages.url);
  t.is(
    await tab.evaluate('manager.signinSilent().then(() => null, ({ error }) => error)'),
    'login_required',
    'a sign-out here ends it',
  );
});
