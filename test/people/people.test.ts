import test from 'ava';
import { roleNames } from '../../shared/access/roles.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

let q: Running;
let root: TestPerson;
let reader: TestPerson;
let rootToken: string;
let readerToken: string;
test.before(async () => {
  q = await start();
  root = await q.person({ username: 'root', superuser: true, staff: true });
  reader = await q.person({
    username: 'Reader',
    firstName: 'Rita',
    email: 'rita@lab.example',
    rights: { part: ['view'] },
  });
  rootToken = await q.tokenFor(root);
  readerToken = await q.tokenFor(reader);
});
test.after.always(() => q?.close());

interface User {
  id: number;
  pk: number;
  username: string;
  groups: unknown[];
  group_ids: number[];
  profile: { type: string; active: boolean };
}
interface Group {
  pk: number;
  roles?: { pk: number; name: string; can_view: boolean }[];
  users?: { username: string }[];
  permissions?: unknown[];
}

test('A user has the keys of both spellings, in their order', async (t) => {
  const { body: ids } = await q.json<User>(`/api/auth/users/${reader.id}/`, { as: rootToken });
  t.deepEqual(Object.keys(ids), [
    'id',
    'is_superuser',
    'username',
    'first_name',
    'last_name',
    'email',
    'is_staff',
    'is_active',
    'groups',
  ]);
  t.is(ids.groups.length, 1);
  const { body: pk } = await q.json<User>(`/api/user/${reader.id}/`, { as: rootToken });
  t.deepEqual(Object.keys(pk), [
    'pk',
    'username',
    'first_name',
    'last_name',
    'email',
    'groups',
    'group_ids',
    'is_staff',
    'is_superuser',
    'is_active',
    'profile',
  ]);
  t.deepEqual(pk.groups, [{ pk: pk.group_ids[0], name: 'group of Reader' }]);
  t.like(pk.profile, { type: 'internal', active: true });
});

test('Whoever may not look after people sees themself, their groups and the rulesets of those, and nothing else', async (t) => {
  const users = await q.json<User[]>('/api/auth/users/', { as: readerToken });
  t.deepEqual(
    users.body.map(({ username }) => username),
    ['Reader'],
  );
  t.is((await q.json('/api/user/', { as: readerToken })).status, 200);
  t.is((await q.json(`/api/auth/users/${root.id}/`, { as: readerToken })).status, 404);
  await q.json('/api/user/group/', { as: rootToken, json: { name: 'strangers' } });
  const groups = await q.json<{ name: string }[]>('/api/auth/groups/', { as: readerToken });
  t.deepEqual(
    groups.body.map(({ name }) => name),
    ['group of Reader'],
  );
  const rulesets = await q.json<unknown[]>('/api/user/ruleset/', { as: readerToken });
  t.is(rulesets.body.length, roleNames.length);
  const owners = await q.json<{ name: string }[]>('/api/user/owner/', { as: readerToken });
  t.deepEqual(owners.body.map(({ name }) => name).sort(), ['Reader', 'group of Reader']);
  t.is(
    (await q.json(`/api/user/${reader.id}/`, { as: readerToken, method: 'PATCH', json: { first_name: 'X' } })).status,
    403,
  );
});

test('People are found by username and e-mail without regard to case', async (t) => {
  const byName = await q.json<User[]>('/api/auth/users/?username=READER', { as: rootToken });
  t.deepEqual(
    byName.body.map(({ id }) => id),
    [reader.id],
  );
  const byMail = await q.json<User[]>('/api/auth/users/?email=RITA@lab.example', { as: rootToken });
  t.deepEqual(
    byMail.body.map(({ id }) => id),
    [reader.id],
  );
});

test('A new user has no usable password, and a username is taken in any case', async (t) => {
  const made = await q.json<User>('/api/auth/users/', {
    as: rootToken,
    json: { username: 'newcomer', password: 'secret' },
  });
  t.is(made.status, 201);
  t.false('password' in made.body);
  t.is((await q.knex('users').where({ id: made.body.id }).first()).password, null);
  const again = await q.json('/api/user/', { as: rootToken, json: { username: 'NewComer' } });
  t.is(again.status, 400);
  t.deepEqual(again.body, { username: ['A user with that username already exists.'] });
});

test('A new group has a ruleset for every role, and each lets nothing', async (t) => {
  const made = await q.json<Group>('/api/user/group/', { as: rootToken, json: { name: 'technicians' } });
  t.is(made.status, 201);
  t.deepEqual(
    made.body.roles?.map(({ name }) => name),
    roleNames,
  );
  t.true(made.body.roles?.every(({ can_view }) => !can_view));
  const plain = await q.json<Group>(`/api/user/group/${made.body.pk}/?role_detail=false&user_detail=true`, {
    as: rootToken,
  });
  t.deepEqual(plain.body, { pk: made.body.pk, name: 'technicians', users: [] } as never);
  t.is((await q.json('/api/auth/groups/', { as: rootToken, json: { name: 'Technicians' } })).status, 400);
});

test('Raising a ruleset to add takes changing and viewing along; rulesets are neither made nor deleted', async (t) => {
  const { body: group } = await q.json<Group>('/api/user/group/', { as: rootToken, json: { name: 'storekeepers' } });
  const stock = group.roles?.find(({ name }) => name === 'stock');
  const path = `/api/user/ruleset/${stock?.pk}/`;
  const raised = await q.json(path, { as: rootToken, method: 'PATCH', json: { can_add: true, name: 'admin' } });
  t.like(raised.body, {
    name: 'stock',
    label: 'Stock Items',
    can_view: true,
    can_add: true,
    can_change: true,
    can_delete: false,
  });
  t.is((await q.json(path, { as: rootToken, method: 'DELETE' })).status, 405);
  t.is((await q.json('/api/user/ruleset/', { as: rootToken, json: { name: 'stock' } })).status, 405);
  const { body } = await q.json<{ pk: number }[]>(`/api/user/ruleset/?group=${group.pk}&name=stock`, { as: rootToken });
  t.deepEqual(
    body.map(({ pk }) => pk),
    [stock?.pk],
  );
});

test('A group that is put on somebody replaces the groups they had', async (t) => {
  const person = await q.person({ username: 'mover', rights: { host: ['view'] } });
  const { body: group } = await q.json<Group>('/api/user/group/', { as: rootToken, json: { name: 'movers' } });
  const moved = await q.json<User>(`/api/user/${person.id}/`, {
    as: rootToken,
    method: 'PATCH',
    json: { group_ids: [group.pk] },
  });
  t.deepEqual(moved.body.groups, [{ pk: group.pk, name: 'movers' }]);
  const unknown = await q.json(`/api/user/${person.id}/`, {
    as: rootToken,
    method: 'PATCH',
    json: { group_ids: [999_999] },
  });
  t.is(unknown.status, 400);
});

test('What a client got it can send back whole, and nothing changes', async (t) => {
  const { body } = await q.json<User>(`/api/user/${reader.id}/`, { as: rootToken });
  const sent = await q.json<User>(`/api/user/${reader.id}/`, { as: rootToken, method: 'PATCH', json: body });
  t.is(sent.status, 200);
  t.deepEqual(sent.body, body);
  const trail = await q.knex('audit_entries').where({ resource: 'user', object_id: String(reader.id) });
  t.deepEqual(trail, []);
});

test('Somebody whom hosts or bookings still name can not be deleted; others can, and their groups stay', async (t) => {
  const owner = await q.person({ username: 'owner', rights: { host: ['view'] } });
  const [type] = await q.knex('host_hardware').insert({ name: 'R640' }).returning('id');
  await q.knex('host').insert({ hostname: 'owned', hardware_id: type.id, owner_id: owner.id });
  const path = `/api/auth/users/${owner.id}/`;
  t.is((await q.json(path, { as: rootToken, method: 'DELETE' })).status, 409);
  await q.knex('host').where({ hostname: 'owned' }).delete();
  t.is((await q.fetch(path, { as: rootToken, method: 'DELETE' })).status, 204);
  t.truthy(await q.knex('groups').where({ name: 'group of owner' }).first());
});

test('A superuser gives somebody a new password, and nobody else does', async (t) => {
  const person = await q.person({ username: 'forgetful', password: 'the one that was forgotten' });
  const boss = await q.person({ username: 'password-boss', superuser: true });
  const staff = await q.person({ username: 'password-staff', staff: true });
  const path = `/api/user/${person.id}/set-password/?format=json`;
  const put = (as: string, json: object, at = path) =>
    q.json<Record<string, string[]>>(at, { as, method: 'PUT', json });
  const as = await q.tokenFor(boss);
  const password = 'quite another set of words';
  t.is((await put(await q.tokenFor(staff), { password })).status, 403);
  t.is((await put(await q.tokenFor(person), { password })).status, 403);
  t.is((await put(await q.bearerFor(boss, ['a:superuser']), { password })).status, 403);
  const weak = await put(as, { password: 'password1', override_warning: true });
  t.deepEqual([weak.status, Object.keys(weak.body)], [400, ['password']]);
  t.is((await put(as, {})).status, 400);
  t.is((await put(as, { password }, '/api/user/99999/set-password/')).status, 404);
  const signIn = (secret: string) =>
    q.fetch('/api/user/me/', { headers: { authorization: `Basic ${btoa(`forgetful:${secret}`)}` } });
  t.is((await put(as, { password, override_warning: true })).status, 200);
  t.is((await signIn('the one that was forgotten')).status, 401);
  t.is((await signIn(password)).status, 200);
  t.truthy(await q.knex('audit_entries').where({ action: 'change_password', object_id: person.id }).first('id'));
});
