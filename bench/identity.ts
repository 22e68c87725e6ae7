import { createHash, randomBytes } from 'node:crypto';
import { sha256 } from '../shared/identity/secrets.ts';
import { FormBrowser } from '../test/harness/form-browser.ts';
import { type ServiceProcess, startProcess } from '../test/harness/service-process.ts';
import type { Flow } from './load/shots.ts';
import { textAt } from './same-bytes.ts';
import type { Stage } from './stage.ts';

/** An identity provider to be measured: ours, or the library alone. */
export interface Issuer {
  readonly name: string;
  readonly server: ServiceProcess;
  /** What its addresses begin with. */
  readonly url: string;
  readonly paths: { readonly authorize: string; readonly token: string; readonly introspect: string };
  /** Headers that prove an application with client credentials. */
  readonly machine: Readonly<Record<string, string>>;
  /** A public application, in browsers that are signed in. */
  readonly flow: Flow;
  /** What asks for a token that can be introspected. */
  readonly introspected: string;
}

/** No loopback address: those belong to programs that anybody may copy, so that people are asked each time. */
const redirectUri = 'https://planner.example/cb';
const scope = 'openid g:read';
const form = 'application/x-www-form-urlencoded';

/** Both providers, with the same applications; `close` ends the bare one. */
export async function issuers(stage: Stage): Promise<{ ours: Issuer; bare: Issuer; close(): Promise<void> }> {
  const machine = {
    clientId: `machine-${randomBytes(4).toString('hex')}`,
    secret: randomBytes(32).toString('base64url'),
  };
  const headers = {
    authorization: `Basic ${Buffer.from(`${machine.clientId}:${machine.secret}`).toString('base64')}`,
    'content-type': form,
  };
  const browserClient = `browser-${randomBytes(4).toString('hex')}`;
  await register(stage, machine, browserClient);
  const clients = [
    {
      client_id: machine.clientId,
      client_secret: machine.secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
    {
      client_id: browserClient,
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [redirectUri],
    },
  ];
  const library = await startProcess('bench/bare/provider.ts', { BARE: JSON.stringify({ clients }) });
  const ourUrl = stage.services.config.publicUrl;
  const ourPaths = { authorize: '/o/authorize/', token: '/o/token/', introspect: '/o/introspect/' };
  const barePaths = { authorize: '/auth', token: '/token', introspect: '/token/introspection' };
  const flow = { clientId: browserClient, redirectUri, scope };
  const grant = 'grant_type=client_credentials&scope=g%3Aread';
  return {
    ours: {
      name: 'idp',
      server: stage.idp,
      url: ourUrl,
      paths: ourPaths,
      machine: headers,
      flow: { ...ourPaths, ...flow, browsers: await signedIn(ourUrl, ourPaths.authorize, flow, stage) },
      introspected: grant,
    },
    bare: {
      name: 'bare provider',
      server: library,
      url: library.url,
      paths: barePaths,
      machine: headers,
      flow: { ...barePaths, ...flow, browsers: await signedIn(library.url, barePaths.authorize, flow, stage) },
      introspected: `${grant}&resource=urn%3Aopaque`,
    },
    close: async () => void (await library.close()),
  };
}

async function register(
  { services: { knex }, person }: Stage,
  machine: { clientId: string; secret: string },
  browser: string,
) {
  const common = { name: 'Measuring', allowed_scopes: ['*'] };
  const [application] = await knex('applications')
    .insert([
      {
        ...common,
        client_id: machine.clientId,
        client_type: 'confidential',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        service_user_id: person.id,
      },
      {
        ...common,
        client_id: browser,
        client_type: 'public',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [redirectUri],
        service_user_id: null,
      },
    ])
    .returning('id');
  await knex('application_secrets').insert({ application_id: application.id, secret_hash: sha256(machine.secret) });
}

const verifier = 'v'.repeat(43);

function authorization(path: string, { clientId }: Pick<Flow, 'clientId'>): string {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    state: 'measuring',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return `${path}?${query}`;
}

/** As many as there are connections: requests of one browser wait for each other, since they change one session. */
const browsers = 16;

/** Signs in and agrees in several browsers, where that is asked for. @returns the cookies of each */
async function signedIn(url: string, path: string, flow: Pick<Flow, 'clientId'>, stage: Stage): Promise<string[]> {
  const cookies: string[] = [];
  for (let n = 0; n < browsers; n++) cookies.push(await signInAndAgree(url, path, flow, stage));
  return cookies;
}

async function signInAndAgree(
  url: string,
  path: string,
  flow: Pick<Flow, 'clientId'>,
  { person }: Stage,
): Promise<string> {
  const browser = new FormBrowser(url);
  let page = await browser.open(authorization(path, flow));
  if (page.url.pathname === '/accounts/login/') page = await browser.signIn(page, person);
  if (page.html.includes('name="decision"')) page = await browser.submit(page, { decision: 'allow' });
  if (!page.url.searchParams.get('code')) throw new Error(`${url} gives no code, but ${page.status} at ${page.url}`);
  return browser.cookiesFor(path);
}

/** So many refresh tokens, each of an authorization of its own. */
export async function refreshTokens({ url, flow }: Issuer, wanted: number): Promise<string[]> {
  const tokens: string[] = [];
  for (let n = 0; n < wanted; n++) {
    const response = await fetch(url + authorization(flow.authorize, flow), {
      redirect: 'manual',
      headers: { cookie: flow.browsers[n % flow.browsers.length] ?? '' },
    });
    const code = URL.parse(response.headers.get('location') ?? '')?.searchParams.get('code') ?? '';
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: flow.clientId,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    });
    const text = await textAt(url + flow.token, { 'content-type': form }, body.toString());
    tokens.push((JSON.parse(text) as { refresh_token: string }).refresh_token);
  }
  return tokens;
}
