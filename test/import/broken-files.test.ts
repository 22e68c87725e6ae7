import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { importInventree } from '../../api/import/inventree/import.ts';
import { ImportProblem } from '../../api/import/problem.ts';
import type { Progress } from '../../api/import/progress.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshServices } from '../harness/index.ts';
import { runImport } from './run-import.ts';

let services: Services;
let folder: string;
test.before(async () => {
  services = await freshServices();
  folder = await mkdtemp(join(tmpdir(), 'quartermaster-import-'));
});
test.after.always(async () => {
  await rm(folder, { recursive: true, force: true });
  await closeServices(services);
});

const silent: Progress = { start() {}, step() {}, stop() {} };

let files = 0;
async function fileOf(text: string): Promise<string> {
  const file = join(folder, `file${++files}.json`);
  await writeFile(file, text);
  return file;
}

const record = (model: string, pk: unknown, fields: object) => ({ model, pk, fields });
const part = (pk: number, fields: object = {}) => record('part.part', pk, { name: `Part ${pk}`, ...fields });
const item = (pk: number, fields: object = {}) =>
  record('stock.stockitem', pk, { part: 1, quantity: '1.0', ...fields });
const place = (pk: number, fields: object) => record('stock.stocklocation', pk, fields);
const user = (pk: number, fields: object = {}) => record('auth.user', pk, { username: `user ${pk}`, ...fields });

const broken: [what: string, content: unknown, says: RegExp][] = [
  ['an object in place of a list', { a: 1 }, /a list of records is required/],
  ['a record without fields', [{ model: 'part.part', pk: 1 }], /Record 1 \(part\.part\): its fields are missing/],
  ['one key twice', [part(1), part(1)], /Record 2 \(part\.part 1\): this key is in the file twice/],
  [
    'a key that is no number',
    [record('part.part', 'x', { name: 'P' })],
    /part\.part: a record has no whole number as its pk/,
  ],
  ['an unknown part', [part(1), item(7, { part: 99 })], /stock\.stockitem 7, field part: there is no part\.part 99/],
  [
    'an unknown place',
    [part(1, { default_location: 5 })],
    /part\.part 1, field default_location: there is no stock\.stocklocation 5/,
  ],
  [
    'an unknown person',
    [part(1, { creation_user: ['nobody'] })],
    /part\.part 1, field creation_user: there is no auth\.user "nobody"/,
  ],
  ['an unknown group', [user(1, { groups: [['none']] })], /auth\.user 1, field groups: there is no auth\.group "none"/],
  [
    'a day that there is not',
    [part(1, { creation_date: '2021-02-30' })],
    /part\.part 1, field creation_date: this is no date: "2021-02-30"/,
  ],
  [
    'a moment that there is not',
    [part(1), item(3, { updated: 'yesterday' })],
    /stock\.stockitem 3, field updated: this is no date with time/,
  ],
  [
    'an amount that is no number',
    [part(1), item(3, { quantity: 'many' })],
    /stock\.stockitem 3, field quantity: a number of 0 or more is required, not "many"/,
  ],
  ['an amount below zero', [part(1), item(3, { quantity: '-1' })], /field quantity: a number of 0 or more/],
  ['an amount too large', [part(1), item(3, { quantity: '1'.repeat(30) })], /field quantity: this number is too large/],
  ['a text that is a number', [part(1, { name: 5 })], /part\.part 1, field name: a text is required, not 5/],
  [
    'a flag that is a text',
    [part(1, { active: 'yes' })],
    /part\.part 1, field active: true or false is required, not "yes"/,
  ],
  ['a name too long', [part(1, { name: 'x'.repeat(101) })], /field name: this may have at most 100 characters/],
  ['a name missing', [record('part.part', 1, {})], /part\.part 1, field name: a text is required/],
  [
    'two parts of one name',
    [part(1, { name: 'A' }), part(2, { name: 'A' })],
    /part\.part 2: name, IPN and revision must make a unique set/,
  ],
  [
    'a tree in a circle',
    [place(1, { name: 'A', parent: 2 }), place(2, { name: 'B', parent: 1 })],
    /stock\.stocklocation \d, field parent: it lies below itself/,
  ],
  [
    'two places of one name',
    [place(1, { name: 'A' }), place(2, { name: 'A' })],
    /stock\.stocklocation 2, field name: another one under the same parent/,
  ],
  ['a status that there is not', [part(1), item(1, { status: 11 })], /field status: there is no status 11/],
  [
    'two of a serial number',
    [part(1), item(1, { serial: '7', quantity: '2.0' })],
    /stock\.stockitem 1: with a serial number its quantity can only be 1/,
  ],
  [
    'stock in a structural place',
    [part(1), place(1, { name: 'A', structural: true }), item(4, { location: 1 })],
    /stock\.stockitem 4: its place is structural/,
  ],
  [
    'a variant of no template',
    [part(1), part(2, { variant_of: 1 })],
    /part\.part 2: its template or variants do not go together/,
  ],
  ['a null character', [part(1, { description: 'a\0b' })], /field description: null characters/],
  [
    'a history entry of no item',
    [record('stock.stockitemtracking', 5, { item: 1, date: '2021-01-01T00:00:00Z' })],
    /stock\.stockitemtracking 5, field item: there is no stock\.stockitem 1/,
  ],
];

for (const [what, records, says] of broken) {
  test.serial(`A file with ${what} changes nothing and says where and why`, async (t) => {
    const good = [record('auth.group', 900, { name: `group of ${what}` })];
    const content = Array.isArray(records) ? [...records, ...good] : records;
    await t.throwsAsync(importInventree(services.knex, content, silent), { instanceOf: ImportProblem, message: says });
    t.is(await rowsIn(), 0);
  });
}

const cutOff = JSON.stringify([part(1), item(7)], null, 2).slice(0, -30);
for (const [what, text, says] of [
  ['JSON that is cut off', cutOff, /file\d\.json, line 14, column 6: the file is cut off here\./],
  ['JSON with a slip in it', '[\n  {"model": x}\n]', /line 2, column 13: this is not JSON\./],
  [
    'an unknown part',
    JSON.stringify([part(1), item(7, { part: 99 })]),
    /stock\.stockitem 7, field part: there is no part\.part 99\./,
  ],
  [
    'a bad date',
    JSON.stringify([part(1, { creation_date: '2021-13-01' })]),
    /part\.part 1, field creation_date: this is no date: "2021-13-01"\./,
  ],
] as const) {
  test.serial(`The command ends with one clear line for ${what}`, async (t) => {
    const ended = await runImport(services.config.databaseUrl, 'inventree', await fileOf(text));
    t.is(ended.code, 1);
    t.regex(ended.err, says);
    t.regex(ended.err, /^Nothing was imported\. .*\n$/);
    t.is(ended.out, '');
    t.is(await rowsIn(), 0);
  });
}

async function rowsIn(): Promise<number> {
  const { rows } = await services.knex.raw(
    `SELECT ((SELECT count(*) FROM part) + (SELECT count(*) FROM groups) + (SELECT count(*) FROM users)
       + (SELECT count(*) FROM stock_location) + (SELECT count(*) FROM import_keys)
       + (SELECT count(*) FROM audit_entries))::int AS sum`,
  );
  return rows[0].sum;
}

test.serial('A file that is not there is named', async (t) => {
  const { code, err } = await runImport(services.config.databaseUrl, 'inventree', join(folder, 'none.json'));
  t.is(code, 1);
  t.regex(err, /none\.json: there is no such file/);
});

test.serial('A device type that is wrong is named, and nothing comes in', async (t) => {
  const good = { manufacturer: 'A', model: 'B', u_height: 1 };
  for (const [bad, says] of [
    [{ manufacturer: 'A', model: 'C' }, /Device type 2 \(A C\), field u_height: it is missing/],
    [{ ...good, model: 'C', u_height: 'tall' }, /Device type 2 \(A C\), field u_height: this must be number/],
    [
      { ...good, model: 'C', interfaces: [{ name: 'eth0' }] },
      /Device type 2 \(A C\), field interfaces\.0\.type: it is missing/,
    ],
    [good, /Device type 2 \(A B\): this model is in the file twice/],
    [5, /Device type 2: this must be object/],
  ] as const) {
    const file = await fileOf(JSON.stringify([good, bad]));
    const { code, err } = await runImport(services.config.databaseUrl, 'device-types', file);
    t.is(code, 1);
    t.regex(err, says);
  }
  t.deepEqual(await services.knex('device_type'), []);
  t.deepEqual(await services.knex('host_type'), []);
});

test.serial('The command says how it is used', async (t) => {
  const help = await runImport(services.config.databaseUrl, '--help');
  t.is(help.code, 0);
  t.regex(help.out, /npm run import -- KIND FILE/);
  for (const args of [[], ['inventree'], ['csv', 'x'], ['--fast'], ['inventree', 'a', 'b']]) {
    const { code, err } = await runImport(services.config.databaseUrl, ...args);
    t.is(code, 2, args.join(' '));
    t.regex(err, /--help says more/);
  }
});
