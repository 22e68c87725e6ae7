import test from 'ava';
import { type BrowserPage, FormBrowser } from '../harness/form-browser.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

let q: Running;
let root: TestPerson;
let other: TestPerson;
let bob: TestPerson;
let building: number;
test.before(async () => {
  q = await start();
  const password = 'correct horse battery';
  root = await q.person({ username: 'root', password, superuser: true });
  other = await q.person({ username: 'other', password, superuser: true });
  bob = await q.person({
    username: 'bob',
    password,
    rights: { location: ['view', 'add', 'change'], admin: ['view', 'change'] },
  });
  [{ id: building }] = await q.knex('building').insert({ code: 'B1' }).returning('id');
});
test.after.always(() => q?.close());

async function signedIn(person: TestPerson): Promise<FormBrowser> {
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/'), person);
  return browser;
}

async function standingIn(): Promise<{ browser: FormBrowser; page: BrowserPage }> {
  const browser = await signedIn(root);
  const page = await browser.submit(await browser.open(`/admin/people/${bob.id}/stand-in/`));
  return { browser, page };
}

/** What the API answers to the browser's session, without a form. */
const api = (browser: FormBrowser, path: string) =>
  q.json<Record<string, unknown>>(path, { headers: { cookie: `qm_session=${browser.cookie('qm_session')}` } });

test.serial('a superuser stands in for a person: every page says so, and the trail has both names', async (t) => {
  const { browser } = await standingIn();
  for (const path of [
    '/accounts/',
    '/api/',
    '/api/inventory/building/',
    `/api/inventory/building/${building}/`,
    '/api-doc/',
    '/no/such/page',
  ]) {
    const page = await browser.open(path);
    t.regex(page.html, /You stand in for <strong>bob<\/strong> until/, path);
  }
  t.regex((await browser.open('/accounts/')).html, /Signed in here only/, 'of bob’s own sessions there is none');
  t.is((await api(browser, '/api/user/me/')).body.username, 'bob');
  const page = await browser.open(`/api/inventory/building/${building}/`);
  const form = page.html.slice(page.html.indexOf('<main'));
  await browser.submit({ ...page, html: form }, { code: 'B2' });
  const entry = await q
    .knex('audit_entries')
    .where({ resource: 'building', object_id: String(building) })
    .first();
  t.like(entry, { actor: 'root', actor_id: root.id, acting_as: 'bob', acting_as_id: bob.id, action: 'update' });
  const begun = await q.knex('audit_entries').where({ action: 'stand_in' }).first();
  t.like(begun, { actor: 'root', acting_as: null, object_id: String(bob.id) });

  const back = await browser.open('/accounts/');
  await browser.submit({ ...back, html: back.html.replaceAll('bar-person', '') });
  t.is((await api(browser, '/api/user/me/')).body.username, 'root');
  t.notRegex((await browser.open('/accounts/')).html, /You stand in/);
  t.like(await q.knex('audit_entries').where({ action: 'end_stand_in' }).first(), { actor: 'root', acting_as: 'bob' });
});

test.serial('what is the person’s alone stays out of reach', async (t) => {
  const token = await q.tokenFor(bob);
  const { browser } = await standingIn();
  for (const path of [
    '/accounts/password/',
    '/accounts/tokens/',
    '/api_tokens',
    '/accounts/applications/',
    '/accounts/security/',
    '/accounts/sessions/',
    '/accounts/confirm/',
    '/accounts/login/?next=/o/interaction/x',
    '/o/applications/',
    '/admin/people/',
    '/o/device/',
    '/o/logout/',
    '/o/authorize/?client_id=zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6&response_type=code&redirect_uri=http://127.0.0.1:1/&scope=g:read&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256',
  ]) {
    const page = await browser.open(path);
    t.is(page.status, 403, path);
    t.regex(page.html, /Not while you stand in/, path);
  }
  for (const path of ['/api/user/token/?name=x', '/api/user/me/token/', '/api/api_tokens', '/api/admin/audit/']) {
    t.is((await api(browser, path)).status, 403, path);
  }
  const page = await browser.open('/api/');
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
  const send = (path: string, json: unknown, method = 'POST') =>
    q.fetch(path, {
      json,
      method,
      headers: { cookie: `qm_session=${browser.cookie('qm_session')}`, origin: q.url, 'x-csrftoken': csrf },
    });
  t.is((await send('/api/inventory/building/', { code: 'B9' })).status, 201, 'the proof itself is good');
  t.is((await send('/api/user/tokens/', { name: 'x' })).status, 403);
  t.is((await send('/api/api_tokens', { device_name: 'x' })).status, 403);
  t.is(
    (await send('/api/user/me/', { email: 'mine@example.org' }, 'PATCH')).status,
    403,
    'links for new passwords go there',
  );
  t.is((await send(`/api/user/${bob.id}/`, { email: 'mine@example.org' }, 'PATCH')).status, 403);
  t.is((await q.fetch('/api/user/me/', { as: token })).status, 200);
});

test.serial('it ends by itself, and a form opened meanwhile is not sent in the superuser’s name', async (t) => {
  const { browser } = await standingIn();
  const page = await browser.open(`/api/inventory/building/${building}/`);
  await q.knex('sessions').whereNotNull('acting_as_id').update({ acting_until: new Date() });
  t.is((await api(browser, '/api/user/me/')).body.username, 'root');
  const sent = await browser.submit({ ...page, html: page.html.slice(page.html.indexOf('<main')) }, { code: 'B3' });
  t.is(sent.status, 403);
  t.is((await q.knex('building').where({ id: building }).first()).code, 'B2');
});

test.serial('nobody stands in for superusers, service users and the disabled, or twice', async (t) => {
  const service = await q.person({ username: 'service', service: true });
  const gone = await q.person({ username: 'gone', active: false });
  const browser = await signedIn(root);
  for (const person of [other, root, service, gone]) {
    const page = await browser.submit(await browser.open(`/admin/people/${person.id}/stand-in/`));
    t.is(page.status, 409, person.username);
  }
  const { browser: standing } = await standingIn();
  t.is((await standing.open(`/admin/people/${other.id}/stand-in/`)).status, 403);
  await q.knex('users').where({ id: bob.id }).update({ is_superuser: true });
  t.is((await api(standing, '/api/user/me/')).body.username, 'root', 'nor for who becomes one meanwhile');
  await q.knex('users').where({ id: bob.id }).update({ is_superuser: false });
  t.is((await api(standing, '/api/user/me/')).body.username, 'bob');
  await q.knex('users').where({ id: root.id }).update({ is_superuser: false });
  t.is((await api(standing, '/api/user/me/')).body.username, 'root', 'nor does who is a superuser no more');
});
