import { readFile } from 'node:fs/promises';
import test from 'ava';
import { type Running, start } from '../harness/index.ts';
import { type Ended, realFile, runImport, summaryOf, withReal } from './run-import.ts';

const name = 'inventree-demo.json';
const file = realFile(name);
const real = withReal(name);

type Body = Record<string, unknown> & { pk: number };
interface Entry {
  model: string;
  pk: number;
  fields: Record<string, unknown>;
}

let q: Running;
let first: Ended;
let token: string;
let dump: Entry[] = [];
const get = <T = Body>(path: string) => q.json<T>(path, { as: token });
const of = (model: string) => dump.filter((entry) => entry.model === model);

test.before(async () => {
  q = await start();
  dump = JSON.parse(await readFile(file, 'utf8').catch(() => '[]'));
  first = await runImport(q.services.config.databaseUrl, 'inventree', file);
  token = await q.tokenFor(await q.person({ username: 'root', superuser: true }));
});
test.after.always(() => q?.close());

real('The real dump comes in whole while the server runs: counts equal the file', async (t) => {
  t.is(first.code, 0, first.err);
  t.is(first.err, '', 'no bar where there is no terminal');
  const ours = ['admin', 'part_category', 'part', 'stock_location', 'stock'];
  const rulesets = of('users.ruleset').filter(({ fields }) => ours.includes(String(fields.name))).length;
  const all = (model: string) => [of(model).length, of(model).length, 0, 0];
  t.deepEqual(summaryOf(first), {
    'auth.group': all('auth.group'),
    'users.ruleset': [of('users.ruleset').length, rulesets, 0, of('users.ruleset').length - rulesets],
    'auth.user': all('auth.user'),
    'stock.stocklocation': all('stock.stocklocation'),
    'part.partcategory': all('part.partcategory'),
    'part.part': all('part.part'),
    'stock.stockitem': all('stock.stockitem'),
    'stock.stockitemtracking': all('stock.stockitemtracking'),
    'users.owner': [of('users.owner').length, 0, 0, of('users.owner').length],
  });
  for (const [path, model] of [
    ['part', 'part.part'],
    ['part/category', 'part.partcategory'],
    ['stock', 'stock.stockitem'],
    ['stock/location', 'stock.stocklocation'],
    ['stock/track', 'stock.stockitemtracking'],
  ]) {
    const { body } = await get<{ count: number }>(`/api/${path}/?limit=1`);
    t.is(body.count, of(model ?? '').length, path);
  }
});

real('The same file again changes nothing', async (t) => {
  const before = await stateOf(q);
  const second = await runImport(q.services.config.databaseUrl, 'inventree', file);
  t.is(second.code, 0, second.err);
  for (const [model, [, written]] of Object.entries(summaryOf(second))) t.is(written, 0, model);
  t.deepEqual(await stateOf(q), before);
});

real('Keys are kept, and what is made afterwards gets a key behind them', async (t) => {
  const { body: parts } = await get<Body[]>('/api/part/');
  t.deepEqual(
    parts.map(({ pk }) => pk).sort((a, b) => a - b),
    of('part.part')
      .map(({ pk }) => pk)
      .sort((a, b) => a - b),
  );
  const made = await q.json<Body>('/api/part/', { as: token, json: { name: 'Made afterwards' } });
  t.is(made.status, 201);
  t.true(made.body.pk > Math.max(...parts.map(({ pk }) => pk)));
  await q.knex('part').where({ id: made.body.pk }).delete();
});

real('The trees are those of the file', async (t) => {
  for (const [path, model] of [
    ['part/category', 'part.partcategory'],
    ['stock/location', 'stock.stocklocation'],
  ]) {
    const { body } = await get<Body[]>(`/api/${path}/`);
    const found = Object.fromEntries(body.map(({ pk, pathstring, level }) => [pk, [pathstring, level]]));
    const wanted = Object.fromEntries(of(model ?? '').map(({ pk, fields }) => [pk, [fields.pathstring, fields.level]]));
    t.deepEqual(found, wanted);
  }
});

real('Amounts are those of the file, to the last digit', async (t) => {
  const { body } = await get<Body[]>('/api/stock/?part_detail=false');
  const found = Object.fromEntries(
    body.map(({ pk, quantity, part, location, serial }) => [pk, [quantity, part, location, serial]]),
  );
  const wanted = Object.fromEntries(
    of('stock.stockitem').map(({ pk, fields }) => [
      pk,
      [Number(fields.quantity), fields.part, fields.location, fields.serial],
    ]),
  );
  t.deepEqual(found, wanted);
});

real('People sign in with the passwords that they had, and do what their groups may', async (t) => {
  const as = (username: string, password: string) => ({ id: 0, username, password });
  const reader = as('reader', 'readonly');
  t.is((await q.json('/api/part/1/', { as: reader })).status, 200);
  t.is((await q.json('/api/part/', { as: reader, json: { name: 'No' } })).status, 403);
  t.is((await q.json('/api/part/1/', { as: as('reader', 'wrong') })).status, 401);
  const everything = as('allaccess', 'nolimits');
  const made = await q.json<Body>('/api/part/', { as: everything, json: { name: 'Yes', active: false } });
  t.is(made.status, 201);
  t.is((await q.fetch(`/api/part/${made.body.pk}/`, { as: everything, method: 'DELETE' })).status, 204);
  const stored = await q.knex('users').where({ username: 'reader' }).first();
  t.true(stored.password.startsWith('$argon2id$'), 'the old hash is replaced when it was right');
});

real('An import leaves one entry in the audit trail', async (t) => {
  const trail = await q.knex('audit_entries').where({ action: 'import' });
  t.is(trail.length, 1);
  t.like(trail[0], { actor: 'console', resource: 'inventree' });
  t.is(trail[0].changes['part.part'].new, of('part.part').length);
});

/** Every row that an import could touch. */
async function stateOf({ knex }: Running): Promise<unknown> {
  const tables = [
    'users',
    'user_groups',
    'groups',
    'rulesets',
    'part_category',
    'part',
    'stock_location',
    'stock_item',
    'stock_tracking',
    'import_keys',
    'audit_entries',
  ];
  const states = await Promise.all(tables.map((table) => knex.raw(`SELECT * FROM ${table} ORDER BY ${table}::text`)));
  return states.map(({ rows }) => rows);
}
