import test from 'ava';
import { linkAddress } from '../../shared/identity/mail-links.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';
import { soon } from '../harness/soon.ts';

// Every flow here is forms and links: the browser runs no scripts.
let q: Running;
let root: TestPerson;
let browser: FormBrowser;
const password = 'correct horse battery';
test.before(async () => {
  q = await start({ config: { setPasswords: 'never' } });
  root = await q.person({ username: 'root', password, superuser: true });
  browser = await signedIn(root);
});
test.after.always(() => q?.close());

async function signedIn(person: TestPerson): Promise<FormBrowser> {
  const made = new FormBrowser(q.url);
  await made.signIn(await made.open('/accounts/login/'), person);
  return made;
}

const entriesOf = (resource: string, id: number) =>
  q
    .knex('audit_entries')
    .where({ resource, object_id: String(id), actor: 'root' })
    .orderBy('id');

/** Sends the form of a page, the search form aside. */
async function send(path: string, fields: Record<string, string | readonly string[]> = {}) {
  const page = await browser.open(path);
  const html = page.html.replaceAll(/<form class="search[\s\S]*?<\/form>/g, '');
  return browser.submit({ ...page, html }, fields);
}

test.serial('only superusers get in, and say again who they are before they change something', async (t) => {
  const staff = await q.person({
    username: 'staff',
    password,
    staff: true,
    rights: { admin: ['view', 'add', 'change', 'delete'] },
  });
  const theirs = await signedIn(staff);
  for (const path of [
    '/admin/',
    '/admin/people/',
    '/admin/groups/',
    '/admin/audit/',
    '/admin/keys/',
    '/admin/audit/export/?as=csv',
  ]) {
    t.is((await theirs.open(path)).status, 403, path);
    t.is((await new FormBrowser(q.url).open(path)).url.pathname, '/accounts/login/', path);
    t.is((await q.fetch(path, { as: await q.tokenFor(root) })).status, 403, path);
  }
  t.notRegex((await theirs.open('/accounts/')).html, /href="\/admin\/"/);
  t.regex((await browser.open('/accounts/')).html, /href="\/admin\/"/);

  const old = await signedIn(root);
  await q
    .knex('sessions')
    .where({ user_id: root.id })
    .update({ auth_time: new Date(Date.now() - 3_600_000) });
  const page = await old.open('/admin/groups/');
  t.is(page.status, 200);
  const asked = await old.submit(page, { name: 'Made too late' });
  t.is(asked.url.pathname, '/accounts/confirm/');
  t.is(await q.knex('groups').where({ name: 'Made too late' }).first(), undefined);
  browser = await signedIn(root);
});

test.serial('people are made, found, changed, disabled and enabled again', async (t) => {
  const wrong = await send('/admin/people/new/', { username: '', email: 'nowhere' });
  t.is(wrong.status, 422);
  t.regex(wrong.html, /Enter a username/);
  t.regex(wrong.html, /Enter an address such as/);
  t.is((await send('/admin/people/new/', { username: 'ROOT' })).status, 422, 'names differ by more than capitals');

  const [{ id: group }] = await q.knex('groups').insert({ name: 'Crew' }).returning('id');
  const made = await send('/admin/people/new/', {
    username: 'nora',
    first_name: 'Nora',
    email: 'nora@example.org',
    groups: [String(group)],
    is_staff: 'yes',
  });
  t.regex(made.html, /The account is made/);
  const nora = await q.knex('users').where({ username: 'nora' }).first();
  t.like(nora, { first_name: 'Nora', is_staff: true, is_superuser: false, is_service: false, password: null });
  t.regex((await browser.open('/admin/people/?search=nor+example.org')).html, new RegExp(`/admin/people/${nora.id}/`));
  t.regex((await browser.open('/admin/people/?search=%25')).html, /Nobody found/);

  const update = `/admin/people/${nora.id}/update/`;
  await send(update, {
    username: 'nora',
    first_name: 'Nora',
    last_name: 'Berg',
    email: 'nora@example.org',
    groups: [],
  });
  t.like(await q.knex('users').where({ id: nora.id }).first(), { last_name: 'Berg', is_staff: false });
  t.deepEqual(await q.knex('user_groups').where({ user_id: nora.id }), []);
  await send(update, { username: 'nora', first_name: 'Nora', last_name: 'Berg', email: 'nora@example.org' });

  const token = await q.tokenFor(nora);
  t.is((await q.fetch('/api/user/me/', { as: token })).status, 200);
  t.regex((await send(`/admin/people/${nora.id}/disable/`)).html, /Its sessions and tokens have ended/);
  t.is(await soon(401, () => q.fetch('/api/user/me/', { as: token })), 401);
  t.regex((await browser.open('/admin/people/?show=disabled')).html, /nora/);
  t.regex((await send(`/admin/people/${nora.id}/`)).html, /The account is enabled/);
  t.deepEqual(
    (await entriesOf('user', nora.id)).map(({ action, changes }) => [action, Object.keys(changes)]),
    [
      ['create', ['email', 'groups', 'is_staff', 'username', 'last_name', 'first_name', 'is_service', 'is_superuser']],
      ['update', ['groups', 'is_staff', 'last_name']],
      ['update', ['is_active']],
      ['update', ['is_active']],
    ],
  );
  t.is((await browser.open('/admin/people/999999/')).status, 404);
  t.is((await browser.open('/admin/people/x/')).status, 404);
});

test.serial('a service user is made for scripts: it has tokens, and nobody signs in as it', async (t) => {
  await send('/admin/people/new-service/', { username: 'scanner', is_superuser: 'yes', is_staff: 'yes' });
  const scanner = await q.knex('users').where({ username: 'scanner' }).first();
  t.like(scanner, { is_service: true, is_superuser: false, is_staff: false });
  const made = await send(`/admin/people/${scanner.id}/tokens/`, {
    device_name: 'Rack scanner',
    bound: 'no',
    spelling: 'qore',
  });
  t.is(made.status, 201);
  const clear = /id="new-token">([^<]+)</.exec(made.html)?.[1] ?? '';
  t.like((await q.json<{ username: string }>('/api/user/me/', { as: `Bearer ${clear}` })).body, {
    username: 'scanner',
  });
  t.false(JSON.stringify(await q.knex('audit_entries')).includes(clear.split('|')[1]!));

  const path = `/admin/people/${scanner.id}/tokens/`;
  const bound = { device_name: 'Dock scanner', bound: 'no', spelling: 'qore' };
  t.regex((await send(path, { ...bound, addresses: 'the dock' })).html, /is no address and no network/);
  const elsewhere = await send(path, { ...bound, addresses: '192.0.2.0/24' });
  const unusable = /id="new-token">([^<]+)</.exec(elsewhere.html)?.[1] ?? '';
  t.is((await q.fetch('/api/user/me/', { as: `Bearer ${unusable}` })).status, 403);
  t.regex((await browser.open('/admin/tokens/?search=dock')).html, /Only from 192\.0\.2\.0\/24/);

  const tokens = await browser.open('/admin/tokens/?search=rack');
  const revoke = /\/admin\/tokens\/\d+\/revoke\//.exec(tokens.html)?.[0] ?? '';
  t.regex((await send(revoke)).html, /The token is revoked/);
  t.is(await soon(401, () => q.fetch('/api/user/me/', { as: `Bearer ${clear}` })), 401);
  t.is((await browser.open(revoke)).status, 404);
});

test.serial('the API makes service users, lists sessions, ends them and resets factors', async (t) => {
  const as = await q.tokenFor(root);
  const [{ id: group }] = await q.knex('groups').insert({ name: 'Robots' }).returning('id');
  const make = (json: object) => q.json<Record<string, unknown>>('/api/admin/service-user/', { as, json });
  const made = await make({ username: 'robot', name: 'Arm', groups: [group, group] });
  t.is(made.status, 201);
  t.like(made.body, { username: 'robot', name: 'Arm', groups: [{ id: group, name: 'Robots' }] });
  t.like(await q.knex('users').where({ username: 'robot' }).first(), { is_service: true, is_superuser: false });
  t.deepEqual(Object.keys((await make({ username: 'ROBOT' })).body), ['username']);
  t.deepEqual(Object.keys((await make({ username: 'other', groups: [2147483000] })).body), ['groups']);
  const list = await q.json<object[]>('/api/admin/service-user/?search=robot', { as });
  t.deepEqual(list.body, [made.body]);
  const noDoubt = await q.person({ username: 'many', rights: { admin: ['view', 'add', 'change', 'delete'] } });
  t.is(
    (await q.fetch('/api/admin/service-user/', { as: await q.tokenFor(noDoubt), json: { username: 'x' } })).status,
    403,
  );

  const jo = await q.person({ username: 'jo', password });
  await signedIn(jo);
  await signedIn(jo);
  const sessions = (await q.json<{ id: number; username: string }[]>(`/api/admin/session/?user=${jo.id}`, { as })).body;
  t.deepEqual(
    sessions.map(({ username }) => username),
    ['jo', 'jo'],
  );
  t.false(Object.keys(sessions[0]!).some((key) => key.includes('hash')));
  const ended = `/api/admin/session/${sessions[0]?.id}/`;
  t.deepEqual([await status(ended, 'DELETE'), await status(ended, 'DELETE')], [204, 404]);
  t.is(await status(`/api/admin/user/${jo.id}/end-sessions/`, 'POST'), 204);
  t.is(await status(`/api/admin/user/${jo.id}/reset-factors/`, 'POST'), 204);
  t.is((await q.knex('sessions').where({ user_id: jo.id })).length, 0);
  t.is(await status('/api/admin/user/2147483000/end-sessions/', 'POST'), 404);

  async function status(path: string, method: string): Promise<number> {
    return (await q.fetch(path, { as, method, ...(method === 'POST' && { json: {} }) })).status;
  }
});

test.serial('somebody new is invited by mail, and nobody who has a password', async (t) => {
  const mia = await q.person({ username: 'mia', email: 'mia@example.org' });
  const path = `/admin/people/${mia.id}/`;
  t.regex((await send(path)).html, /The invitation is on its way/);
  t.is((await q.fetch(`/api/admin/user/${mia.id}/invite/`, { as: await q.tokenFor(root), json: {} })).status, 204);
  t.is((await q.knex('outbox').where({ recipient: 'mia@example.org', kind: 'invitation' })).length, 2);
  t.is((await q.fetch(`/api/admin/user/${root.id}/invite/`, { as: await q.tokenFor(root), json: {} })).status, 409);
  t.is((await q.fetch('/api/admin/user/2147483000/invite/', { as: await q.tokenFor(root), json: {} })).status, 404);
});

test.serial(
  'who forgot a password gets a link from a superuser, who never chooses a password for somebody',
  async (t) => {
    const noor = await q.person({ username: 'noor', password, email: 'noor@example.org' });
    const as = await q.tokenFor(root);
    const chosen = { password: 'words that somebody else knows' };
    const refused = await q.json<{ detail: string }>(`/api/user/${noor.id}/set-password/`, {
      as,
      method: 'PUT',
      json: chosen,
    });
    t.is(refused.status, 403);
    t.regex(refused.body.detail, /People choose their own passwords here: send them a link/);

    t.regex((await send(`/admin/people/${noor.id}/reset-password/`)).html, /The letter is on its way/);
    const path = `/api/admin/user/${noor.id}/reset-password/`;
    t.is((await q.fetch(path, { as, json: {} })).status, 204);
    const letters = await q.knex('outbox').where({ user_id: noor.id });
    t.deepEqual(
      letters.map(({ kind, recipient }) => [kind, recipient]),
      [
        ['password_reset', 'noor@example.org'],
        ['password_reset', 'noor@example.org'],
      ],
    );
    t.is(
      (await (await signedIn(noor)).open('/accounts/')).url.pathname,
      '/accounts/',
      'the password of before goes on',
    );

    const link = linkAddress(q.services.config, 'reset', letters[0].facts.link);
    const browser = new FormBrowser(q.url);
    const again = 'only the reader of the letter knows';
    const done = await browser.submit(await browser.open(link), { chosen: again, again });
    t.is(done.url.pathname, '/accounts/login/');
    t.is((await browser.signIn(done, { username: 'noor', password: again })).url.pathname, '/accounts/');

    const never = await q.person({ username: 'never in', email: 'never@example.org' });
    t.is((await q.fetch(`/api/admin/user/${never.id}/reset-password/`, { as, json: {} })).status, 409);
    t.is((await q.fetch(path, { as: await q.tokenFor(noor), json: {} })).status, 403);
    t.true((await entriesOf('user', noor.id)).some(({ action }) => action === 'send_password_reset'));
  },
);

test.serial('sessions are ended one by one or all at once, and lost second factors are reset', async (t) => {
  const ivy = await q.person({ username: 'ivy', password });
  const [one, two] = [await signedIn(ivy), await signedIn(ivy)];
  const path = `/admin/people/${ivy.id}/`;
  const ended = await send(path);
  t.regex(ended.html, /That browser is signed out/);
  const pages = await Promise.all([one, two].map((each) => each.open('/accounts/')));
  t.is(pages.filter(({ url }) => url.pathname === '/accounts/login/').length, 1);
  await send(`${path}sign-out/`);
  t.is((await q.knex('sessions').where({ user_id: ivy.id })).length, 0);

  await q.knex('authenticator_apps').insert({ user_id: ivy.id, sealed_secret: Buffer.alloc(1), last_step: 0 });
  await send(`${path}reset-factors/`);
  t.is((await q.knex('authenticator_apps').where({ user_id: ivy.id })).length, 0);
  t.deepEqual(
    (await entriesOf('user', ivy.id)).map(({ action }) => action),
    ['end_session', 'end_sessions', 'reset_factors'],
  );
});

test.serial('a group’s grid says by role and permission what its members may do', async (t) => {
  const made = await send('/admin/groups/', { name: 'Night shift' });
  t.regex(made.html, /The group is made/);
  t.is((await send('/admin/groups/', { name: 'night SHIFT' })).status, 422);
  const group = await q.knex('groups').where({ name: 'Night shift' }).first();
  const eve = await q.person({ username: 'eve' });
  await q.knex('user_groups').insert({ user_id: eve.id, group_id: group.id });
  const as = await q.tokenFor(eve);
  const [{ id }] = await q.knex('building').insert({ code: 'B1' }).returning('id');
  t.is((await q.fetch(`/api/inventory/building/${id}/`, { as })).status, 403);

  await send(`/admin/groups/${group.id}/`, {
    name: 'Night shift',
    right: ['location:add', 'location:nonsense', 'nobody:view'],
  });
  t.is(await soon(200, () => q.fetch(`/api/inventory/building/${id}/`, { as })), 200, 'adding takes viewing');
  t.is((await q.fetch(`/api/inventory/building/${id}/`, { as, method: 'DELETE' })).status, 403);
  const ruleset = await q.knex('rulesets').where({ group_id: group.id, name: 'location' }).first();
  t.like((await entriesOf('ruleset', ruleset.id))[0], {
    action: 'update',
    changes: {
      can_add: { old: false, new: true },
      can_view: { old: false, new: true },
      can_change: { old: false, new: true },
    },
  });
  await send(`/admin/groups/${group.id}/delete/`);
  t.is(await soon(403, () => q.fetch(`/api/inventory/building/${id}/`, { as })), 403);
  t.is((await browser.open(`/admin/groups/${group.id}/`)).status, 404);
});

test.serial('who needs a second factor is said for everybody and for groups', async (t) => {
  const [{ id }] = await q.knex('groups').insert({ name: 'Vault' }).returning('id');
  await send('/admin/second-factors/', { everybody: 'offered', [`group_${id}`]: 'required' });
  const { body } = await q.json<{ everybody: string; groups: object[] }>('/api/admin/mfa-policy/', {
    as: await q.tokenFor(root),
  });
  t.deepEqual(body, { everybody: 'offered', groups: [{ group: id, name: 'Vault', level: 'required' }] });
  await send('/admin/second-factors/', { everybody: 'offered', [`group_${id}`]: '' });
  t.is((await q.knex('second_factor_policies').where({ group_id: id })).length, 0);
});

test.serial('keys are shown without their private halves, and replaced when they leak', async (t) => {
  const before = await q.knex('signing_keys').pluck('kid');
  t.regex((await send('/admin/keys/rotate/')).html, /Not yet|next keys sign/);
  t.regex((await send('/admin/keys/replace/')).html, /All keys are new/);
  const after: string[] = await q.knex('signing_keys').pluck('kid');
  t.false(after.some((kid) => before.includes(kid)));
  const { body } = await q.json<object[]>('/api/admin/key/', { as: await q.tokenFor(root) });
  t.deepEqual([...new Set(body.flatMap(Object.keys))].sort(), ['alg', 'created_at', 'kid', 'state', 'state_since']);
});

test.serial('the trail is filtered and taken along', async (t) => {
  const page = await browser.open('/admin/audit/?actor=root&resource=group');
  t.regex(page.html, /Night shift/);
  t.notRegex(page.html, /Rack scanner/);
  t.is((await browser.open('/admin/audit/?since=soon')).status, 422);
  const csv = await browser.open('/admin/audit/export/?as=csv&resource=group');
  t.is(csv.headers.get('content-disposition'), 'attachment; filename="audit-trail.csv"');
  t.true(csv.html.split('\r\n').length > 4);
});

test.serial('the last superuser can’t go, not even when the last two go in the same moment', async (t) => {
  const boss = await q.person({ username: 'boss', password, superuser: true });
  const theirs = await signedIn(boss);
  const [mine, others] = [
    await browser.open(`/admin/people/${root.id}/disable/`),
    await theirs.open(`/admin/people/${boss.id}/disable/`),
  ];
  await Promise.all([browser.submit(mine), theirs.submit(others)]);
  const left = await q.knex('users').where({ is_superuser: true, is_active: true });
  t.is(left.length, 1);
  const last = left[0].id === root.id ? browser : theirs;
  const alone = await last.submit(await last.open(`/admin/people/${left[0].id}/disable/`));
  t.is(alone.status, 409);
  t.regex(alone.html, /This is the last active superuser/);
  const demoted = await last.submit(await last.open(`/admin/people/${left[0].id}/update/`), {
    username: left[0].username,
  });
  t.is(demoted.status, 422);
  const token = await q.tokenFor(left[0]);
  t.is((await q.fetch(`/api/user/${left[0].id}/`, { as: token, method: 'DELETE' })).status, 400);
  t.is(
    (await q.fetch(`/api/user/${left[0].id}/`, { as: token, method: 'PATCH', json: { is_superuser: false } })).status,
    400,
  );
});
