import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { importInventree } from '../../api/import/inventree/import.ts';
import type { Progress } from '../../api/import/progress.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshServices } from '../harness/index.ts';
import { runImport } from './run-import.ts';

let services: Services;
test.beforeEach(async () => {
  services = await freshServices();
});
test.afterEach.always(() => closeServices(services));

const silent: Progress = { start() {}, step() {}, stop() {} };
const record = (model: string, pk: number, fields: object) => ({ model, pk, fields });
const bring = (records: object[]) => importInventree(services.knex, records, silent);

test.serial('Somebody who is here already keeps their password and rights', async (t) => {
  const { knex } = services;
  await knex('users').insert({ username: 'Admin', password: 'theirs', is_superuser: true });
  const tallies = await bring([
    record('auth.user', 7, { username: 'admin', password: 'pbkdf2_sha256$1$a$b', is_superuser: false }),
  ]);
  t.like(await knex('users').where({ username: 'Admin' }).first(), { password: 'theirs', is_superuser: true });
  t.deepEqual(tallies.of('auth.user'), { read: 1, written: 0, unchanged: 1, skipped: 0 });
  t.regex(String(tallies), /People who were here already stay as they are: admin/);
});

test.serial('A group that is here already keeps what it may do, also when a file says more', async (t) => {
  const { knex } = services;
  const [group] = await knex('groups').insert({ name: 'Readers' }).returning('id');
  const records = [
    record('auth.group', 1, { name: 'readers' }),
    record('auth.group', 2, { name: 'writers' }),
    ...[1, 2].map((n) =>
      record('users.ruleset', n, { name: 'part', group: [n === 1 ? 'readers' : 'writers'], can_add: true }),
    ),
    record('auth.user', 1, { username: 'one', groups: [['readers']] }),
  ];
  const tallies = await bring(records);
  t.false((await knex('rulesets').where({ group_id: group.id, name: 'part' }).first()).can_add);
  t.deepEqual(tallies.of('users.ruleset'), { read: 2, written: 1, unchanged: 1, skipped: 0 });
  t.regex(String(tallies), /Groups that were here already keep what they may do: readers/);
  t.like(await knex('user_groups').first(), { group_id: group.id });
  await knex('rulesets').where({ name: 'part' }).update({ can_add: false, can_change: false });
  t.is((await bring(records)).written, 0, 'rights taken back since stay taken back');
});

test.serial('Where a key is taken by something else, the record gets another and references follow it', async (t) => {
  const { knex } = services;
  await knex('part').insert([{ name: 'Ours, one' }, { name: 'Ours, two' }]);
  const records = [
    record('part.part', 1, { name: 'Theirs' }),
    record('part.part', 2, { name: 'Ours, two', description: 'the same thing' }),
    record('stock.stockitem', 1, { part: 1, quantity: '3' }),
  ];
  await bring(records);
  const theirs = await knex('part').where({ name: 'Theirs' }).first();
  t.is(theirs.id, 3);
  t.is((await knex('part').where({ id: 1 }).first()).name, 'Ours, one');
  t.like(await knex('part').where({ name: 'Ours, two' }).first(), { id: 2, description: 'the same thing' });
  t.is((await knex('stock_item').first()).part_id, 3);
  t.is((await bring(records)).written, 0);
});

test.serial('What changed in the file since is changed here, and the rest is left alone', async (t) => {
  const { knex } = services;
  const places = (parent: number | null) => [
    record('part.partcategory', 1, { name: 'A', parent: null }),
    record('part.partcategory', 2, { name: 'B', parent }),
    record('part.partcategory', 3, { name: 'C', parent: 2 }),
  ];
  await bring(places(null));
  const tallies = await bring(places(1));
  t.deepEqual(tallies.of('part.partcategory'), { read: 3, written: 1, unchanged: 2, skipped: 0 });
  t.deepEqual(await knex('part_category').orderBy('id').pluck('pathstring'), ['A', 'A/B', 'A/B/C']);
});

test.serial('A file with stock alone finds the parts of an earlier file', async (t) => {
  await bring([record('part.part', 40, { name: 'Earlier' })]);
  await bring([record('stock.stockitem', 1, { part: 40, quantity: '2.5' })]);
  t.like(await services.knex('stock_item').first(), { part_id: 40, quantity: '2.50000' });
});

test.serial('Records may come in any order', async (t) => {
  await bring([
    record('stock.stockitem', 2, { part: 2, quantity: '1', belongs_to: 1, parent: 1 }),
    record('stock.stockitem', 1, { part: 2, quantity: '1' }),
    record('part.part', 2, { name: 'Variant', variant_of: 1, category: 9 }),
    record('part.part', 1, { name: 'Template', is_template: true }),
    record('part.partcategory', 9, { name: 'Inner', parent: 8, default_location: 1 }),
    record('part.partcategory', 8, { name: 'Outer', parent: null }),
    record('stock.stocklocation', 1, { name: 'Place', parent: null }),
  ]);
  t.is((await services.knex('part_category').where({ id: 9 }).first()).pathstring, 'Outer/Inner');
});

test.serial('A new group has a ruleset for every role, those of the file among them', async (t) => {
  await bring([
    record('auth.group', 4, { name: 'keepers' }),
    record('users.ruleset', 50, {
      name: 'stock',
      group: ['keepers'],
      can_view: true,
      can_add: true,
      can_change: true,
      can_delete: false,
    }),
    record('users.ruleset', 51, {
      name: 'build',
      group: ['keepers'],
      can_view: true,
      can_add: false,
      can_change: false,
      can_delete: false,
    }),
  ]);
  const rulesets = await services.knex('rulesets').where({ group_id: 4 }).orderBy('id');
  t.is(rulesets.length, 8);
  t.like(
    rulesets.find(({ name }) => name === 'stock'),
    { id: 50, can_add: true, can_delete: false },
  );
});

test.serial('Two imports of one file in the same moment bring it in once', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'quartermaster-import-'));
  const file = join(folder, 'parts.json');
  await writeFile(
    file,
    JSON.stringify(Array.from({ length: 300 }, (_, n) => record('part.part', n + 1, { name: `Part ${n}` }))),
  );
  const url = services.config.databaseUrl;
  const both = await Promise.all([runImport(url, 'inventree', file), runImport(url, 'inventree', file)]);
  await rm(folder, { recursive: true });
  t.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
  );
  t.is((await services.knex('part')).length, 300);
});
