import test from 'ava';
import { sha256 } from '../../shared/identity/secrets.ts';
import { type BrowserPage, FormBrowser } from '../harness/form-browser.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

let q: Running;
let admin: TestPerson;
let browser: FormBrowser;
test.before(async () => {
  q = await start();
  admin = await q.person({ username: 'chief', password: 'correct horse', superuser: true });
  browser = await signedIn(admin);
});
test.after.always(() => q?.close());

async function signedIn({ username, password }: TestPerson): Promise<FormBrowser> {
  const fresh = new FormBrowser(q.url);
  await fresh.signIn(await fresh.open('/accounts/login/'), { username, password });
  return fresh;
}

const home = '/o/applications/';
const serverSide = {
  name: 'ERP bridge',
  description: 'Copies stock into the ERP.',
  client_type: 'confidential',
  grant_types: ['client_credentials'],
  redirect_uris: '',
  post_logout_redirect_uris: '',
  service_user: 'new',
  every_scope: 'no',
  scopes: ['g:read', 'r:change:stock'],
};
const webApp = {
  ...serverSide,
  name: 'Rack Planner',
  client_type: 'public',
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: 'https://planner.example/callback\r\nhttp://127.0.0.1/callback',
  response_modes: ['query'],
  service_user: '',
};

const register = async (wish: Record<string, string | string[]>) =>
  browser.submit(await browser.open(`${home}register/`), wish);
const newest = () => q.knex('applications').orderBy('id', 'desc').first();
const textOf = (page: BrowserPage, id: string) =>
  new RegExp(`id="${id}">([\\s\\S]*?)</code>`).exec(page.html)?.[1]?.replaceAll('&#39;', "'").replaceAll('&amp;', '&');

/** Uses the client credentials grant. */
async function tokenWith(clientId: string, secret: string, scope = 'g:read') {
  const response = await fetch(`${q.url}/o/token/`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  });
  const body = (await response.json()) as { access_token?: string };
  return { status: response.status, token: body.access_token ?? '' };
}

test.serial('only superusers in a browser get in: others are refused, whatever token they hold', async (t) => {
  const staff = await q.person({ username: 'staff', password: 'correct horse', staff: true });
  const asStaff = await signedIn(staff);
  for (const path of [home, `${home}register/`, `${home}1/`, `${home}1/update/`, `${home}1/delete/`]) {
    t.is((await asStaff.open(path)).status, 403, path);
    const anonymous = await q.fetch(path);
    t.is(anonymous.status, 303);
    t.is(anonymous.headers.get('location'), `/accounts/login/?next=${encodeURIComponent(path)}`);
    t.is((await q.fetch(path, { as: await q.tokenFor(admin) })).status, 403, 'an API token of a superuser');
    t.is((await q.fetch(path, { as: admin })).status, 403, 'the password of a superuser as Basic');
  }
  const bearer = await q.bearerFor(admin, ['a:superuser']);
  t.is((await q.fetch(home, { as: bearer })).status, 403);
  const csrf = /name="csrf" value="([^"]+)"/.exec((await asStaff.open('/accounts/password/')).html)![1]!;
  const forced = await q.fetch(`${home}1/delete/`, {
    method: 'POST',
    headers: { origin: q.url, cookie: `qm_session=${asStaff.cookie('qm_session')}` },
    body: new URLSearchParams({ csrf }),
  });
  t.is(forced.status, 403);
  t.truthy(await q.knex('applications').where({ id: 1 }).first());
});

test.serial(
  'a public application is registered without a secret, and its example request leads to the sign-in page',
  async (t) => {
    const page = await register(webApp);
    const row = await newest();
    t.is(page.url.pathname, `${home}${row.id}/`);
    t.regex(page.html, /The application is registered\./);
    t.regex(row.client_id, /^[A-Za-z0-9]{40}$/);
    t.like(row, {
      name: 'Rack Planner',
      client_type: 'public',
      redirect_uris: ['https://planner.example/callback', 'http://127.0.0.1/callback'],
      allowed_scopes: ['g:read', 'r:change:stock'],
      created_by: admin.id,
      service_user_id: null,
    });
    t.is(await q.knex('application_secrets').where({ application_id: row.id }).first(), undefined);
    t.notRegex(page.html, /client secret/i);
    const example = new URL(textOf(page, 'example-0')!);
    t.is(example.searchParams.get('code_challenge_method'), 'S256');
    const stranger = new FormBrowser(q.url);
    const there = await stranger.open(example.href);
    t.is(there.url.pathname, '/accounts/login/', there.html);
    const trail = await q.knex('audit_entries').where({ resource: 'application', object_id: String(row.id) });
    t.like(trail[0], { action: 'create', actor_id: admin.id, proof: 'session' });
  },
);

test.serial(
  'a confidential application gets a secret that is shown once and stored as a hash, and its curl line gets a token',
  async (t) => {
    const page = await register(serverSide);
    t.is(page.status, 201);
    const row = await newest();
    const secret = textOf(page, 'shown-secret')!;
    t.regex(secret, /^qms_[\w-]{43}$/);
    t.is(textOf(page, 'shown-id'), row.client_id);
    const stored = await q.knex('application_secrets').where({ application_id: row.id });
    t.is(stored.length, 1);
    t.true(stored[0].secret_hash.equals(sha256(secret)));
    t.notRegex((await browser.open(`${home}${row.id}/`)).html, new RegExp(secret));
    t.false(JSON.stringify(await q.knex('audit_entries')).includes(secret));

    const user = await q.knex('users').where({ id: row.service_user_id }).first();
    t.like(user, { username: 'service-erp-bridge', is_service: true, password: null, is_superuser: false });
    const example = textOf(page, 'example-0')!;
    t.regex(example, new RegExp(`^curl ${q.url}/o/token/ .*\\n.*-u ${row.client_id}:SECRET`));
    const { status, token } = await tokenWith(row.client_id, secret);
    t.is(status, 200);
    t.is((await q.fetch('/api/user/me/', { as: token })).status, 200);

    await register({ ...serverSide, service_user: 'new' });
    const second = await q
      .knex('users')
      .where({ id: (await newest()).service_user_id })
      .first();
    t.is(second.username, 'service-erp-bridge-2');
  },
);

test.serial('a form that cannot be stored says why beside each field and keeps what was typed', async (t) => {
  const before = await newest();
  const errorsOf = async (wish: Record<string, string | string[]>) => {
    const page = await register({ ...webApp, ...wish });
    t.is(page.status, 422);
    return Object.fromEntries(
      [...page.html.matchAll(/class="error" id="(\w+)-error">([^<]*)/g)].map(([, field, text]) => [field!, text!]),
    );
  };
  t.deepEqual(Object.keys(await errorsOf({ name: '', redirect_uris: '', scopes: [] })), [
    'name',
    'redirect_uris',
    'scopes',
  ]);
  t.regex((await errorsOf({ redirect_uris: 'http://evil.example/' })).redirect_uris!, /http only for/);
  t.regex(
    (await errorsOf({ post_logout_redirect_uris: 'https://a.example/#x' })).post_logout_redirect_uris!,
    /no fragment/,
  );
  t.regex((await errorsOf({ grant_types: [] })).grant_types!, /at least one way/);
  t.regex(
    (await errorsOf({ grant_types: ['refresh_token'], redirect_uris: '' })).grant_types!,
    /a person who connected/,
  );
  t.regex(
    (await errorsOf({ grant_types: ['client_credentials'], redirect_uris: '' })).grant_types!,
    /public application/,
  );
  t.regex((await errorsOf({ grant_types: ['implicit', 'password'] })).grant_types!, /at least one way/);
  const own = 'com.example.app:/cb';
  t.regex((await errorsOf({ client_type: 'confidential', redirect_uris: own })).redirect_uris!, /only public/);
  t.regex((await errorsOf({ ...serverSide, service_user: '' })).service_user!, /Choose whom/);
  t.regex((await errorsOf({ ...serverSide, service_user: '999999' })).service_user!, /no longer exists/);
  t.regex((await errorsOf({ ...serverSide, service_user: String(admin.id) })).service_user!, /no longer exists/);
  t.regex((await errorsOf({ name: 'x'.repeat(256) })).name!, /at most 255/);
  const page = await register({
    ...webApp,
    redirect_uris: 'nonsense',
    description: 'kept <b>',
    scopes: ['r:add:host'],
  });
  t.regex(page.html, /\nnonsense<\/textarea>/);
  t.regex(page.html, /kept &lt;b&gt;/);
  t.regex(page.html, /value="r:add:host" checked/);
  t.is((await newest()).id, before.id);
  t.is(await q.knex('users').where({ username: 'service-rack-planner' }).first(), undefined);
});

test.serial(
  'changing says what changed in the audit trail, keeps the client type, and refuses to overwrite somebody else',
  async (t) => {
    await register(webApp);
    const { id } = await newest();
    const path = `${home}${id}/update/`;
    const [mine, theirs] = [await browser.open(path), await browser.open(path)];
    t.regex(mine.html, /value="Rack Planner"/);
    const after = await browser.submit(mine, { ...webApp, name: 'Rack Planner 2', client_type: 'confidential' });
    t.is(after.url.pathname, `${home}${id}/`);
    t.like(await newest(), { name: 'Rack Planner 2', client_type: 'public' });
    const [entry] = await q
      .knex('audit_entries')
      .where({ resource: 'application', object_id: String(id), action: 'update' });
    t.deepEqual(entry.changes, { name: { old: 'Rack Planner', new: 'Rack Planner 2' } });
    t.is((await browser.submit(theirs, { ...webApp, name: 'Rack Planner 3' })).status, 409);
    t.is((await newest()).name, 'Rack Planner 2');
  },
);

test.serial('taking a scope away ends access tokens at once; the next one holds less', async (t) => {
  const page = await register(serverSide);
  const { id, client_id, service_user_id } = await newest();
  const secret = textOf(page, 'shown-secret')!;
  const { token } = await tokenWith(client_id, secret, 'g:read r:change:stock');
  t.is((await q.fetch('/api/user/me/', { as: token })).status, 200);
  const form = await browser.open(`${home}${id}/update/`);
  await browser.submit(form, { ...serverSide, service_user: String(service_user_id), scopes: ['g:read'] });
  await eventually(t, async () => (await q.fetch('/api/user/me/', { as: token })).status === 401);
  t.is((await tokenWith(client_id, secret, 'g:read r:change:stock')).status, 400);
  const next = await tokenWith(client_id, secret);
  t.is((await q.fetch('/api/user/me/', { as: next.token })).status, 200);
});

test.serial('a secret is exchanged with an overlap, or at once with everything that it got', async (t) => {
  const page = await register(serverSide);
  const { id, client_id } = await newest();
  const first = textOf(page, 'shown-secret')!;
  const rotate = async (when: string) =>
    textOf(await browser.submit(await browser.open(`${home}${id}/rotate-secret/`), { when }), 'shown-secret')!;

  const second = await rotate('later');
  t.not(second, first);
  t.is((await tokenWith(client_id, first)).status, 200);
  const { token } = await tokenWith(client_id, second);
  const old = await q
    .knex('application_secrets')
    .where({ secret_hash: sha256(first) })
    .first();
  t.true(Math.abs(old.expires_at.getTime() - Date.now() - 24 * 3600_000) < 60_000);

  const third = await rotate('now');
  t.is((await tokenWith(client_id, first)).status, 401);
  t.is((await tokenWith(client_id, second)).status, 401);
  t.is((await tokenWith(client_id, third)).status, 200);
  await eventually(t, async () => (await q.fetch('/api/user/me/', { as: token })).status === 401);
  const trail = await q.knex('audit_entries').where({ object_id: String(id), action: 'rotate_secret' });
  t.is(trail.length, 2);
  t.notRegex(JSON.stringify(trail), /qms_/);
});

test.serial('a public application has no secret to exchange', async (t) => {
  await register(webApp);
  const { id } = await newest();
  t.is((await browser.open(`${home}${id}/rotate-secret/`)).status, 404);
});

test.serial(
  'switched off, an application gets no tokens and those it had are dead; switched on, it gets new ones',
  async (t) => {
    const page = await register(serverSide);
    const { id, client_id } = await newest();
    const secret = textOf(page, 'shown-secret')!;
    const { token } = await tokenWith(client_id, secret);
    const off = await browser.submit(await browser.open(`${home}${id}/disable/`));
    t.regex(off.html, /The application is disabled\./);
    await eventually(t, async () => (await q.fetch('/api/user/me/', { as: token })).status === 401);
    t.is((await tokenWith(client_id, secret)).status, 401);
    const on = await browser.submit(off);
    t.regex(on.html, /The application is enabled\./);
    t.is((await tokenWith(client_id, secret)).status, 200);
    t.is((await q.fetch('/api/user/me/', { as: token })).status, 401);
  },
);

test.serial('deleting asks first, and then nothing of it is left but the audit trail', async (t) => {
  const page = await register(serverSide);
  const { id, client_id } = await newest();
  const { token } = await tokenWith(client_id, textOf(page, 'shown-secret')!);
  const asked = await browser.open(`${home}${id}/delete/`);
  t.regex(asked.html, /Delete ERP bridge\?/);
  t.truthy(await q.knex('applications').where({ id }).first());
  const after = await browser.submit(asked);
  t.is(after.url.pathname, home);
  t.is(await q.knex('applications').where({ id }).first(), undefined);
  t.is(await q.knex('application_secrets').where({ application_id: id }).first(), undefined);
  await eventually(t, async () => (await q.fetch('/api/user/me/', { as: token })).status === 401);
  const [entry] = await q.knex('audit_entries').where({ object_id: String(id), action: 'delete' });
  t.like(entry.changes, { client_id: { old: client_id } });
  t.is((await browser.open(`${home}${id}/`)).status, 404);
});

test.serial('the list finds by name, description and client id, and pages', async (t) => {
  await q.knex('applications').insert(
    Array.from({ length: 60 }, (_, i) => ({
      client_id: `many-${i}`,
      name: `Many ${String(i).padStart(2, '0')}`,
      description: i === 7 ? '100% special_thing' : '',
      client_type: 'public',
      grant_types: ['authorization_code'],
      redirect_uris: ['https://many.example/'],
      allowed_scopes: ['g:read'],
    })),
  );
  const namesAt = async (query: string) =>
    [...(await browser.open(`${home}${query}`)).html.matchAll(/<th scope="row"><a [^>]+>([^<]+)</g)].map(
      ([, name]) => name,
    );
  t.is((await namesAt('?search=many')).length, 50);
  t.is((await namesAt('?search=many&page=2')).length, 10);
  t.deepEqual(await namesAt('?search=100%25+special_'), ['Many 07']);
  t.deepEqual(await namesAt('?search=many-13'), ['Many 13']);
  t.deepEqual(await namesAt('?search=%25%25'), []);
  t.deepEqual(await namesAt('?search=zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6'), [
    'Scripts and tools on your own computer',
  ]);
  t.regex((await browser.open(`${home}?search=%00nothing-like-it`)).html, /Nothing found/);
  for (const page of ['0', '-1', 'x', '99999999999']) t.is((await browser.open(`${home}?page=${page}`)).status, 200);
});

test.serial('an application that does not exist is not found', async (t) => {
  for (const id of ['0', '999999', '99999999999999', 'x', '-1', '1e3']) {
    t.is((await browser.open(`${home}${id}/`)).status, 404, id);
    t.is((await browser.open(`${home}${id}/update/`)).status, 404, id);
  }
});

/** Other processes and caches hear of an ending by notification; a second is the promise. */
async function eventually(t: { true(value: boolean, message?: string): unknown }, holds: () => Promise<boolean>) {
  const until = Date.now() + 1000;
  while (Date.now() < until) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  t.true(await holds(), 'within a second');
}

test.serial('an application has the ways to get its answer that are ticked, one at least', async (t) => {
  const asked = await register({ ...webApp, name: 'Posted to', response_modes: [] });
  t.is(asked.status, 422);
  t.regex(asked.html, /id="response_modes-error">Choose at least one/);
  const made = await register({ ...webApp, name: 'Posted to', response_modes: ['form_post', 'web_message'] });
  t.regex(made.html, /Posted as a form \(form_post\)/);
  t.notRegex(made.html, /In the address/);
  t.deepEqual((await newest()).response_modes, ['form_post']);
  const { html } = await browser.open(`${home}${(await newest()).id}/try/`);
  t.regex(html, /takes no answer in the address/);
});
