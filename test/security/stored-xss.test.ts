import test from 'ava';
import { startSession } from '../../shared/identity/sessions.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

// Whatever people and applications are called, a page shows it as text.

const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>'</title>{{7*7}}<%= 7*7 %>`;
const short = '"><b onx=1>\'';
let q: Running;
let root: TestPerson;
let application: number;

test.before(async () => {
  q = await start({ config: { instanceName: hostile } });
  root = await q.person({
    username: `root${hostile}`,
    password: 'a long password',
    superuser: true,
    firstName: hostile,
    lastName: hostile,
    email: 'x@y.example',
  });
  const row = {
    name: hostile,
    description: hostile,
    client_id: 'planner',
    client_type: 'public',
    grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    redirect_uris: ['https://planner.example/cb?x=<script>alert(3)</script>'],
    allowed_scopes: ['*'],
  };
  [{ id: application }] = (await q.knex('applications').insert(row).returning('id')) as [{ id: number }];
  await q.knex('api_tokens').update({ name: hostile }).where({ user_id: root.id });
  const [{ id: building }] = await q
    .knex('building')
    .insert({ code: short.slice(0, 8), comment: short })
    .returning('id');
  await q
    .knex('lab')
    .insert({ name: short, building_id: building, comment: short })
    .catch(() => {});
  await q.knex('part').insert({
    name: hostile.slice(0, 100),
    description: hostile,
    ipn: short,
    notes: hostile,
    link: 'javascript:alert(1)',
  });
  await q.knex('groups').insert({ name: hostile });
});
test.after.always(() => q?.close());

/** Markup that only a hostile name could have brought: tags and attributes of ours look otherwise. */
function injected(html: string): string | null {
  return (
    /<script>alert|<img src=x|<b on|"><(?:script>|img src=x)|(?:href|src|action)="javascript:/i.exec(html)?.[0] ?? null
  );
}

test('on every page that a person sees', async (t) => {
  const session = await startSession(q.knex, { userId: root.id, idleHours: 1, address: null, userAgent: hostile });
  await q.tokenFor(root);
  await q.knex('api_tokens').where({ user_id: root.id }).update({ name: hostile });
  const paths = [
    '/accounts/',
    '/accounts/login/?next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
    '/accounts/password/',
    '/accounts/tokens/',
    '/accounts/applications/',
    '/api_tokens',
    '/o/applications/',
    '/o/applications/?search=%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
    `/o/applications/${application}/`,
    `/o/applications/${application}/update/`,
    `/o/applications/${application}/delete/`,
    `/o/applications/${application}/disable/`,
    '/o/device/?user_code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
    '/o/authorize/?client_id=%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
    '/o/%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
    '/api/',
    '/api/docs',
    '/api-doc/',
    '/api/inventory/building/',
    '/api/inventory/building/1/',
    '/api/inventory/building/?search=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&x=%22%3E%3Cimg%20src=x%3E',
    '/api/inventory/lab/',
    '/api/part/',
    '/api/part/1/',
    '/api/user/',
    `/api/user/${root.id}/`,
    '/api/user/group/',
    '/api/no%22%3E%3Cscript%3Ealert(1)%3C/script%3E/',
  ];
  for (const path of paths) {
    const answer = await q.fetch(path, { headers: { accept: 'text/html', cookie: `qm_session=${session}` } });
    const html = await answer.text();
    if ((answer.headers.get('content-type') ?? '').includes('html')) t.is(injected(html), null, path);
    t.true(answer.status < 500, `${path}: ${answer.status}`);
  }
});

test('where people agree to something', async (t) => {
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/'), root);
  const query = new URLSearchParams({
    client_id: 'planner',
    redirect_uri: 'https://planner.example/cb?x=<script>alert(3)</script>',
    response_type: 'code',
    scope: 'openid g:read',
    state: hostile,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const consent = await browser.open(`/o/authorize/?${query}`);
  t.regex(consent.html, /name="decision"/);
  t.is(injected(consent.html), null);
  const refused = await browser.open(
    `/o/authorize/?${new URLSearchParams({ ...Object.fromEntries(query), redirect_uri: `https://evil.example/${hostile}`, scope: hostile })}`,
  );
  t.is(injected(refused.html), null);
});

test('JSON is never read as a page', async (t) => {
  const as = await q.tokenFor(root);
  const answer = await q.fetch('/api/part/', { as });
  t.is(answer.headers.get('content-type'), 'application/json');
  t.is(answer.headers.get('x-content-type-options'), 'nosniff');
});
