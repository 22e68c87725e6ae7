import test from 'ava';
import { permissions, roleNames } from '../../shared/access/roles.ts';
import { type PersonWishes, type Running, start, type TestPerson } from '../harness/index.ts';
import { soon } from '../harness/soon.ts';

let q: Running;
let root: TestPerson;
let clerk: TestPerson;
let clerkToken: string;
let rootToken: string;
test.before(async () => {
  q = await start();
  root = await q.person({ username: 'root', superuser: true });
  rootToken = await q.tokenFor(root);
  // Looks after people, and holds one right beside that.
  clerk = await q.person({ username: 'clerk', rights: { admin: permissions, part: ['view', 'change'] } });
  clerkToken = await q.tokenFor(clerk);
});
test.after.always(() => q?.close());

let people = 0;
const somebody = (rights: PersonWishes['rights']) =>
  q.person({ username: `somebody ${++people}`, ...(rights && { rights }) });
const patch = (path: string, json: object, as = clerkToken) =>
  q.json<Record<string, unknown>>(path, { as, method: 'PATCH', json });
const groupOf = async (person: TestPerson): Promise<number> =>
  (await q.knex('user_groups').where({ user_id: person.id }).first()).group_id;
const rulesetOf = async (group: number, name: string): Promise<string> =>
  `/api/user/ruleset/${(await q.knex('rulesets').where({ group_id: group, name }).first()).id}/`;

test('Somebody who looks after people can not make anybody a superuser or staff', async (t) => {
  const person = await somebody({});
  t.is((await patch(`/api/user/${clerk.id}/`, { is_superuser: true })).status, 403);
  t.is((await patch(`/api/auth/users/${person.id}/`, { is_staff: true })).status, 403);
  const made = await q.json('/api/user/', { as: clerkToken, json: { username: 'sly', is_superuser: true } });
  t.is(made.status, 403);
  t.falsy(await q.knex('users').where({ username: 'sly' }).first());
});

test('They can not raise a ruleset beyond what they hold: not of their own group, nor of another', async (t) => {
  const own = await groupOf(clerk);
  const refused = await patch(await rulesetOf(own, 'host'), { can_view: true });
  t.is(refused.status, 403);
  t.deepEqual(refused.body, {
    detail:
      'Nobody can give a right that they do not hold themselves: view hosts, their hardware, cards and network interfaces, and what scans see.',
  });
  const other = await groupOf(await somebody({}));
  t.is((await patch(await rulesetOf(other, 'part'), { can_delete: true })).status, 403);
  t.is((await patch(await rulesetOf(other, 'part'), { can_add: true })).status, 403);
  t.is((await patch(await rulesetOf(other, 'part'), { can_change: true })).status, 200);
});

test('They can take rights away that they do not hold', async (t) => {
  const group = await groupOf(await somebody({ host: ['view', 'change'] }));
  t.is((await patch(await rulesetOf(group, 'host'), { can_change: false })).status, 200);
});

test('They can not put anybody into a group that can do more than they: not themself, nor others, nor a new user', async (t) => {
  const strong = await groupOf(await somebody({ stock: ['delete'] }));
  const own = await groupOf(clerk);
  t.is((await patch(`/api/user/${clerk.id}/`, { group_ids: [own, strong] })).status, 403);
  const person = await somebody({});
  t.is((await patch(`/api/auth/users/${person.id}/`, { groups: [strong] })).status, 403);
  t.is(
    (await q.json('/api/auth/users/', { as: clerkToken, json: { username: 'mule', groups: [strong] } })).status,
    403,
  );
  t.falsy(await q.knex('users').where({ username: 'mule' }).first());
  const weak = await groupOf(await somebody({ part: ['view'] }));
  t.is((await patch(`/api/auth/users/${person.id}/`, { groups: [weak] })).status, 200);
});

test('They can not change, deactivate or delete a superuser', async (t) => {
  for (const change of [{ email: 'me@evil.example' }, { username: 'x' }, { first_name: 'x' }, { is_active: false }]) {
    t.is((await patch(`/api/user/${root.id}/`, change)).status, 403, JSON.stringify(change));
  }
  t.is((await q.json(`/api/user/${root.id}/`, { as: clerkToken, method: 'DELETE' })).status, 403);
});

test('They can not take over somebody who holds more, by name or by e-mail; other facts they may correct', async (t) => {
  const strong = await somebody({ host: ['delete'] });
  t.is((await patch(`/api/user/${strong.id}/`, { email: 'me@evil.example' })).status, 403);
  t.is((await patch(`/api/user/${strong.id}/`, { username: 'taken' })).status, 403);
  t.is((await patch(`/api/user/${strong.id}/`, { last_name: 'Corrected' })).status, 200);
  const weak = await somebody({ part: ['view'] });
  t.is((await patch(`/api/user/${weak.id}/`, { email: 'new@lab.example' })).status, 200);
});

test('They can not take over staff, who hold more than groups give', async (t) => {
  const staff = await q.person({ username: 'a member of staff', staff: true });
  t.is((await patch(`/api/user/${staff.id}/`, { email: 'me@evil.example' })).status, 403);
  t.is((await patch(`/api/user/${staff.id}/`, { first_name: 'Stafford', is_active: false })).status, 200);
  t.is((await patch(`/api/user/${staff.id}/`, { is_active: true })).status, 403);
});

test('They can let go somebody who holds more, but not let them back in', async (t) => {
  const strong = await somebody({ host: ['delete'] });
  t.is((await patch(`/api/user/${strong.id}/`, { is_active: false })).status, 200);
  t.is((await patch(`/api/user/${strong.id}/`, { is_active: true })).status, 403);
  t.is((await patch(`/api/user/${strong.id}/`, { is_active: true }, rootToken)).status, 200);
});

test("A superuser's token with one scope gives no more than that scope holds", async (t) => {
  const narrow = await q.tokenFor(root, { scopes: ['r:view:admin', 'r:change:admin'] });
  const wide = await q.tokenFor(root, { scopes: ['a:superuser'] });
  const person = await somebody({ part: ['view'] });
  t.is((await patch(`/api/user/${person.id}/`, { is_superuser: true }, narrow)).status, 403);
  t.is((await patch(`/api/user/${person.id}/`, { email: 'x@evil.example' }, narrow)).status, 403);
  t.is((await patch(await rulesetOf(await groupOf(person), 'host'), { can_view: true }, narrow)).status, 403);
  t.is((await patch(`/api/user/${person.id}/`, { first_name: 'Fine' }, narrow)).status, 200);
  t.is((await patch(`/api/user/${person.id}/`, { is_staff: true }, wide)).status, 200);
});

test('A superuser gives whatever they like', async (t) => {
  const group = await groupOf(await somebody({ part: ['view'] }));
  for (const role of roleNames) {
    t.is((await patch(await rulesetOf(group, role), { can_delete: true, can_add: true }, rootToken)).status, 200);
  }
});

test.serial('The last superuser stays: neither deactivated, nor made less, nor deleted', async (t) => {
  const path = `/api/user/${root.id}/`;
  const refused = await patch(path, { is_active: false }, rootToken);
  t.is(refused.status, 400);
  t.deepEqual(refused.body, { non_field_errors: ['This is the last active superuser. Make another one first.'] });
  t.is((await patch(path, { is_superuser: false }, rootToken)).status, 400);
  t.is((await q.json(path, { as: rootToken, method: 'DELETE' })).status, 400);
});

test.serial('Nobody deletes or deactivates themself, whatever they may do to others', async (t) => {
  const other = await q.person({ username: 'not the last', superuser: true });
  const token = await q.tokenFor(other);
  t.is((await patch(`/api/user/${other.id}/`, { is_active: false }, token)).status, 403);
  t.is((await q.json(`/api/user/${other.id}/`, { as: token, method: 'DELETE' })).status, 403);
  t.is((await patch(`/api/user/${other.id}/`, { is_active: false }, rootToken)).status, 200);
  t.is((await q.json(`/api/user/${other.id}/`, { as: rootToken, method: 'DELETE' })).status, 204);
});

test.serial('Two superusers who make each other less in the same moment do not both succeed', async (t) => {
  const other = await q.person({ username: 'second root', superuser: true });
  const otherToken = await q.tokenFor(other);
  const answers = await Promise.all([
    patch(`/api/user/${other.id}/`, { is_superuser: false }, rootToken),
    patch(`/api/user/${root.id}/`, { is_superuser: false }, otherToken),
  ]);
  t.is(answers.filter(({ status }) => status === 200).length, 1);
  const { count } = (await q.knex('users').where({ is_superuser: true, is_active: true }).count().first()) as {
    count: string;
  };
  t.is(Number(count), 1);
  // Whoever it was: the root stays one for what follows.
  await q.knex('users').where({ id: root.id }).update({ is_superuser: true });
  await q.knex('users').where({ id: other.id }).update({ is_superuser: false });
  t.is(await soon(200, () => patch(`/api/user/${clerk.id}/`, { first_name: 'Clara' }, rootToken)), 200);
});
