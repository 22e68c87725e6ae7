import * as openid from 'openid-client';
import { FormBrowser } from '../../test/harness/form-browser.ts';
import type { TestPerson } from '../../test/harness/people.ts';
import { loopbackClient, untilStatus } from '../../test/journeys/loopback-client.ts';

/** One step of a journey, and what was seen. */
export interface Step {
  readonly what: string;
  readonly seen: string;
}

/** Where it leads: the proxy, and past it each api process. */
export interface Addresses {
  readonly url: string;
  readonly apis: readonly string[];
}

const clientId = 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6';
const scope = 'openid g:read r:add:booking r:change:booking';

/** The way of an application through the whole cluster. @throws Error at the first step that goes another way */
export async function journey({ url, apis }: Addresses, person: TestPerson, hosts: number): Promise<Step[]> {
  const steps: Step[] = [];
  const step = async (what: string, work: () => Promise<string>) => {
    const begun = performance.now();
    const seen = await work();
    steps.push({ what, seen: `${seen}, ${(performance.now() - begun).toFixed(0)} ms` });
  };
  const listener = await loopbackClient('/');
  try {
    const config = await openid.discovery(new URL(`${url}/o`), clientId, undefined, openid.None(), {
      execute: [openid.allowInsecureRequests],
    });
    let tokens = await signIn(config, url, person, listener);
    const ask = (at: string, path: string, init: RequestInit = {}) =>
      fetch(at + path, { ...init, headers: { authorization: `Bearer ${tokens.access_token}`, ...init.headers } });

    await step('an application signs somebody in: PKCE, password, consent, code, token', async () => {
      tokens = await signIn(config, url, person, listener);
      return `scope «${tokens.scope}»`;
    });
    await step('all three apis take its token', async () => {
      const answers = await Promise.all(apis.map((api) => ask(api, '/api/inventory/host/?limit=10&search=zeppelin')));
      return expectStatuses(answers, 200);
    });
    await step('a list of all hosts comes whole, from a cursor through the pooler', async () => {
      const rows = (await (await ask(url, '/api/inventory/host/')).json()) as unknown[];
      if (rows.length !== hosts) throw new Error(`${rows.length} hosts of ${hosts} came`);
      return `${rows.length} hosts`;
    });
    await step('a slot is booked; who comes second, at another api, is told', async () => {
      const { results } = (await (await ask(url, '/api/booking/bookable/?limit=1')).json()) as {
        results: { id: number }[];
      };
      const wish = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          bookable: results[0]?.id,
          start: '2035-02-01T08:00:00Z',
          end: '2035-02-02T08:00:00Z',
          comment: 'Through the cluster',
        }),
      };
      const [first, second] = [
        await ask(url, '/api/booking/booking/', wish),
        await ask(url, '/api/booking/booking/', wish),
      ];
      if (first.status !== 201 || second.status !== 409) throw new Error(`${first.status}, ${await second.text()}`);
      const { start } = (await first.json()) as { start: string };
      return `201 from ${start}, then 409`;
    });
    await step('the refresh token gives a new one', async () => {
      tokens = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '');
      return expectStatuses([await ask(url, '/api/inventory/host/?limit=1')], 200);
    });
    await step('it is revoked, and refused by all three', async () => {
      await openid.tokenRevocation(config, tokens.access_token);
      const begun = performance.now();
      await Promise.all(apis.map((api) => untilStatus(401, () => ask(api, '/api/inventory/host/?limit=1'))));
      return `the last refused it ${(performance.now() - begun).toFixed(0)} ms after the answer`;
    });
  } finally {
    listener.close();
  }
  return steps;
}

async function signIn(
  config: openid.Configuration,
  url: string,
  person: TestPerson,
  listener: Awaited<ReturnType<typeof loopbackClient>>,
) {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [openid.randomState(), openid.randomNonce()];
  const address = openid.buildAuthorizationUrl(config, {
    redirect_uri: listener.redirectUri,
    scope,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
  });
  const arrived = await listener.letIn(new FormBrowser(url), address, person);
  return openid.authorizationCodeGrant(config, arrived, { pkceCodeVerifier, expectedState, expectedNonce });
}

async function expectStatuses(answers: readonly Response[], status: number): Promise<string> {
  const other = answers.find((answer) => answer.status !== status);
  if (other) throw new Error(`${other.status} ${(await other.text()).slice(0, 300)}`);
  return answers.map((answer) => answer.status).join(' ');
}
