import test from 'ava';
import fc from 'fast-check';
import { csrfToken, startSession } from '../../shared/identity/sessions.ts';
import { type Running, start } from '../harness/index.ts';
import { inAddress, oddHeaders, rawBody } from './junk.ts';
import { type Answered, leakIn, type Sent, send } from './wire-request.ts';

/** The same requests each time; another seed for other ones. */
const seed = Number(process.env.FUZZ_SEED ?? 20_260_131);
const milliseconds = Number(process.env.FUZZ_SECONDS ?? 30) * 1000;

const clientId = 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const paths = [
  '/o/authorize/',
  '/o/token/',
  '/o/revoke_token/',
  '/o/introspect/',
  '/o/userinfo/',
  '/o/logout/',
  '/o/logout/confirm',
  '/o/device-authorization/',
  '/o/device/',
  '/o/interaction/x',
  '/o/.well-known/openid-configuration',
  '/o/.well-known/jwks.json',
  '/.well-known/oauth-authorization-server/o',
  '/o/applications/',
  '/o/applications/register/',
  '/o/applications/1/',
  '/o/applications/1/update/',
  '/o/applications/1/rotate-secret/',
  '/o/applications/99999999999/',
  '/o/applications/%00/',
  '/accounts/',
  '/accounts/login/',
  '/accounts/password/',
  '/accounts/applications/',
  '/accounts/tokens/',
  '/accounts/tokens/x/revoke/',
  '/accounts/login/second-factor/',
  '/accounts/login/set-up/',
  '/accounts/login/passkey/',
  '/accounts/reset/',
  '/accounts/reset/new/',
  '/accounts/invitation/',
  '/accounts/confirm/',
  '/accounts/security/',
  '/accounts/security/app/',
  '/accounts/security/passkey/',
  '/accounts/security/passkeys/99999999999/remove/',
  '/accounts/sessions/99999999999/end/',
  '/accounts/address/',
  '/accounts/address/confirm/',
  '/accounts/%zz/',
  '/api_tokens',
  '/admin',
  '/assets/%2e%2e/%2e%2e/package.json',
  '/assets/../main.ts',
  '/o//authorize/',
  '/o/%00',
];

/** Parameters of the protocols and of our forms; each with values that mean something there. */
const known: Readonly<Record<string, readonly string[]>> = {
  client_id: [clientId],
  redirect_uri: [
    'http://localhost:3000',
    'http://localhost:3000@evil.example',
    '//evil.example',
    'javascript:alert(1)',
  ],
  response_type: ['code', 'token', 'code id_token', 'none'],
  response_mode: ['query', 'fragment', 'form_post', 'web_message', 'query.jwt'],
  scope: ['g:read', 'openid offline_access', 'a:superuser r:add:host', 'nonsense'],
  state: ['s'],
  nonce: ['n'],
  code_challenge: [challenge],
  code_challenge_method: ['S256', 'plain'],
  code_verifier: ['x'.repeat(43)],
  prompt: ['none', 'login', 'consent', 'none login', 'create'],
  max_age: ['0', '-1', '1e9'],
  acr_values: ['phr', 'mfa nonsense', ''],
  claims: ['{"userinfo":{"email":{"essential":true}}}', '{', '[]'],
  request: ['eyJhbGciOiJub25lIn0.e30.'],
  request_uri: ['urn:ietf:params:oauth:request_uri:x', 'http://127.0.0.1:1/'],
  resource: ['https://evil.example/', 'nonsense'],
  id_token_hint: ['a.b.c'],
  grant_type: [
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'password',
    'urn:ietf:params:oauth:grant-type:device_code',
  ],
  code: ['x'],
  refresh_token: ['x'],
  device_code: ['x'],
  user_code: ['BCDF-GHJK'],
  client_secret: ['x'],
  token: ['a.b.c', 'x', 'inv-0000000000000000000000000000000000000000-20260101'],
  token_type_hint: ['access_token', 'pat'],
  post_logout_redirect_uri: ['https://evil.example/'],
  next: ['/accounts/', '//evil.example', '/\\evil.example', 'https://evil.example'],
  name: ['Rack planner'],
  client_type: ['public', 'confidential'],
  grant_types: ['authorization_code', 'client_credentials'],
  redirect_uris: ['https://planner.example/cb', 'http://evil'],
  allowed_scopes: ['*', 'g:read'],
  scopes: ['g:read'],
  service_user: ['new', '1', '99999999999999999999'],
  seen: ['2026-01-01T00:00:00.000Z'],
  spelling: ['inventree', 'qore', 'other'],
  expires: ['2030-01-01', '10000-01-01', '-000001-01-01'],
  current: ['x'],
  chosen: ['a new long password'],
  passkey: ['{}', 'null', '{"id":"x","response":{}}'],
  offer: ['x', ''],
  link: ['x', `${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}.${'x'.repeat(43)}`],
  email: ['x@lab.example', 'x'],
  addresses: ['10.0.0.0/8', '10.1', '::/0'],
  again: ['a new long password'],
  search: ['x'],
  page: ['1', '-1', '1e308'],
  done: ['registered', '__proto__', 'constructor'],
};

let q: Running;
let session: string;
let csrf: string;

test.before(async () => {
  q = await start();
  const { id } = await q.person({ username: 'fuzzer', superuser: true });
  session = await startSession(q.knex, { userId: id, idleHours: 1, address: null, userAgent: null });
  csrf = csrfToken(q.services.config.secretKey, session);
});
test.after.always(() => q?.close());

const pair = fc
  .constantFrom(...Object.keys(known))
  .chain((name) =>
    fc
      .oneof(
        { weight: 3, arbitrary: fc.constantFrom(...(known[name] ?? [])).map(encodeURIComponent) },
        { weight: 1, arbitrary: inAddress },
      )
      .map((value) => `${name}=${value}`),
  );

/** What every authorization request holds; then something is broken. */
const sound = `client_id=${clientId}&redirect_uri=http%3A%2F%2Flocalhost%3A3000&response_type=code&scope=g%3Aread&code_challenge=${challenge}&code_challenge_method=S256`;

const requests = (): fc.Arbitrary<Sent> =>
  fc
    .record({
      path: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...paths) },
        { weight: 1, arbitrary: fc.constant('/o/authorize/') },
      ),
      method: fc.constantFrom('GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'),
      pairs: fc.array(pair, { maxLength: 6 }),
      base: fc.constantFrom('', '', sound),
      signedIn: fc.boolean(),
      authorization: fc.constantFrom(
        null,
        null,
        null,
        'Basic !!!',
        'Basic Og==',
        `Basic ${Buffer.from(`${clientId}:x`).toString('base64')}`,
        'Bearer a.b.c',
        'Bearer x',
      ),
      odd: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: oddHeaders }),
      raw: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: rawBody }),
      accept: fc.constantFrom('text/html', 'application/json', '*/*'),
    })
    .map(({ path, method, pairs, base, signedIn, authorization, odd, raw, accept }) => {
      const parameters = [base, ...pairs].filter(Boolean).join('&');
      const inBody = method === 'POST' || method === 'PUT';
      return {
        method,
        path: inBody || !parameters ? path : `${path}?${parameters}`,
        headers: {
          accept,
          ...(inBody && { 'content-type': 'application/x-www-form-urlencoded' }),
          ...(signedIn && { cookie: `qm_session=${session}`, 'sec-fetch-site': 'same-origin' }),
          ...(authorization && { authorization }),
          ...odd,
        },
        body: inBody ? (raw ?? (signedIn ? `csrf=${csrf}&${parameters}` : parameters)) : null,
      };
    });

/** Where an answer sends a browser to; null when it stays with us or goes where the application says. */
function strayRedirect({ headers, text }: Answered): string | null {
  const refresh = /<form[^>]*action="(https?:[^"]*)"/.exec(text)?.[1];
  for (const target of [headers.location, refresh]) {
    const url = target === undefined ? null : URL.parse(target, q.url);
    if (target !== undefined && !url) return target;
    if (url && url.origin !== new URL(q.url).origin && url.origin !== 'http://localhost:3000') return target ?? '';
  }
  return null;
}

function check(answer: Answered): string | null {
  const { status, text } = answer;
  // 503: too many passwords to check at once.
  if (status >= 500 && status !== 503) return `${status}: ${text.slice(0, 300)}`;
  const leak = leakIn(text);
  if (leak) return `tells of our insides: ${leak}`;
  const stray = strayRedirect(answer);
  return stray === null ? null : `leads to ${stray}`;
}

test('whatever is sent to the identity provider, it answers in time, without 5xx, and sends nobody to strangers', async (t) => {
  t.timeout(milliseconds + 60_000);
  t.log(`seed ${seed}; FUZZ_SEED and FUZZ_SECONDS choose others`);
  const statuses = new Map<number, number>();
  /** Each kind of problem with the first request that met it. */
  const problems = new Map<string, string>();
  await fc.assert(
    fc.asyncProperty(fc.array(requests(), { minLength: 1, maxLength: 12 }), async (several) => {
      await Promise.all(
        several.map(async (sent) => {
          const answer = await send(q.url, sent).catch((error: Error) => error);
          if (!(answer instanceof Error)) statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          const problem = answer instanceof Error ? answer.message : check(answer);
          if (problem && !problems.has(problem)) problems.set(problem, JSON.stringify(sent).slice(0, 1500));
        }),
      );
    }),
    { seed, numRuns: 1_000_000, interruptAfterTimeLimit: milliseconds, markInterruptAsFailure: false },
  );
  const total = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  t.log(
    `${total} requests: ${[...statuses]
      .sort()
      .map(([status, count]) => `${count} × ${status}`)
      .join(', ')}`,
  );
  t.deepEqual([...problems], []);
  t.true(total > 300);
  const taken = (statuses.get(200) ?? 0) + (statuses.get(303) ?? 0);
  t.true(taken > total / 10, 'enough of it was taken in earnest');
  const still = await send(q.url, {
    method: 'GET',
    path: '/accounts/',
    headers: { cookie: `qm_session=${session}` },
    body: null,
  });
  t.is(still.status, 200);
});
