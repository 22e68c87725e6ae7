import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { loadPerson } from '../../shared/access/load-person.ts';
import { PeopleCache } from '../../shared/access/people-cache.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshServices, makeGroup } from '../harness/index.ts';
import { makePerson } from '../harness/people.ts';

let services: Services;
test.before(async () => {
  services = await freshServices();
});
test.after.always(() => closeServices(services));

test('a person comes with the union of what their groups may do', async (t) => {
  const { knex } = services;
  const { id } = await makePerson(knex, {
    username: 'Ada',
    firstName: 'Ada',
    rights: { host: ['view'], part: ['add'] },
  });
  const second = await makeGroup(knex, 'more', { host: ['delete'] }, [id]);
  const person = await loadPerson(knex, { username: 'aDA' });
  t.is(person?.id, id);
  t.is(person?.firstName, 'Ada');
  t.deepEqual([...(person?.rights.get('host') ?? [])], ['view', 'change', 'delete']);
  t.deepEqual([...(person?.rights.get('part') ?? [])], ['view', 'add', 'change']);
  t.is(person?.rights.get('stock'), undefined);
  t.true(person?.groups.includes(second));
  t.is(await loadPerson(knex, { id: 0 }), null);
});

test('what a remembered person may do changes within moments, whatever changed it', async (t) => {
  const { knex, events } = services;
  const people = new PeopleCache(knex, events);
  const { id } = await makePerson(knex, { username: 'bob' });
  await people.get(id);
  await sleep(100);
  t.false((await people.get(id)) === null);
  const mayViewHosts = async () => {
    await sleep(200);
    return (await people.get(id))?.rights.get('host')?.has('view') ?? false;
  };
  t.false(await mayViewHosts());
  const group = await makeGroup(knex, 'viewers', { host: ['view'] }, [id]);
  t.true(await mayViewHosts());
  await knex('rulesets').where({ group_id: group, name: 'host' }).update({ can_view: false });
  t.false(await mayViewHosts());
  await knex('rulesets').where({ group_id: group, name: 'host' }).update({ can_view: true });
  t.true(await mayViewHosts());
  await knex('user_groups').where({ user_id: id, group_id: group }).delete();
  t.false(await mayViewHosts());
  await knex('user_groups').insert({ user_id: id, group_id: group });
  t.true(await mayViewHosts());
  await knex('groups').where({ id: group }).delete();
  t.false(await mayViewHosts());
  await knex('users').where({ id }).delete();
  await sleep(200);
  t.is(await people.get(id), null);
});

test('a remembered person costs no query', async (t) => {
  const { knex, events } = services;
  const people = new PeopleCache(knex, events);
  const { id } = await makePerson(knex, { username: 'cleo' });
  await sleep(200);
  await people.get(id);
  // At once, not by a promise: there was nothing to wait for.
  const again = people.get(id);
  t.false(again instanceof Promise);
});
