import test from 'ava';
import { trailStatement } from '../../shared/audit/trail.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

interface Entry {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly object_id: string | null;
}
interface Page {
  readonly results: Entry[];
  readonly next: string | null;
}
interface Plan {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

let q: Running;
let root: TestPerson;
let as: string;
test.before(async () => {
  q = await start();
  root = await q.person({ username: 'root', password: 'correct horse battery', superuser: true });
  as = await q.tokenFor(root);
});
test.after.always(() => q?.close());

const read = async (query: string) => (await q.json<Page>(`/api/admin/audit/?${query}`, { as })).body;

/** Adds entries of many people and kinds, spread over the last two months; autovacuum is off in tests. */
async function fill(count: number): Promise<void> {
  await q.knex.raw(
    `INSERT INTO audit_entries (at, actor_id, actor, proof, application, address, action, resource, object_id)
     SELECT now() - (n * interval '50 days' / ?), 1000 + n % 50, 'p' || n % 50, 'token', CASE WHEN n % 9 = 0 THEN 'app' END,
            '10.0.0.1', (ARRAY['create','update','delete','view'])[1 + n % 4], 'thing', (n % 100)::text
     FROM generate_series(1, ?) AS n`,
    [count, count],
  );
  await q.knex.raw('ANALYZE audit_entries');
}

/** Rows that a statement's scans touched, and the ways in which they scanned. */
async function scanned(filter: Parameters<typeof trailStatement>[0], cursor: string | null) {
  const { text, values } = trailStatement(filter, { limit: 50, cursor });
  const { rows } = await q.services.pool.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
    values,
  );
  const scans: Plan[] = [];
  const walk = (plan: Plan) => {
    if (plan['Node Type'].includes('Scan')) scans.push(plan);
    for (const inner of plan.Plans ?? []) walk(inner);
  };
  walk(rows[0]!['QUERY PLAN'][0].Plan);
  const touched = scans.map(
    (scan) => (scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)) * scan['Actual Loops'],
  );
  return { kinds: new Set(scans.map((scan) => scan['Node Type'])), rows: touched.reduce((sum, n) => sum + n, 0) };
}

test.serial('pages follow each other without gaps, also while entries are added', async (t) => {
  await fill(300);
  const seen: number[] = [];
  for (let cursor = '', page: Page; ; cursor = page.next) {
    page = await read(`resource=thing&limit=70${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.results.map(({ object_id, id }) => (object_id ? id : 0)));
    await q.knex('audit_entries').insert({ actor: 'x', proof: 'token', action: 'create', resource: 'thing' });
    if (page.next === null) break;
  }
  t.is(seen.length, 300);
  t.is(new Set(seen).size, 300);
});

test.serial('a page reads as few rows of fifty thousand as of three hundred', async (t) => {
  const [newest] = (await read('limit=1')).results;
  const cursor = `${BigInt(Date.parse(newest!.at)) * 1000n}-${newest!.id}`;
  const wishes = [
    {},
    { actorId: 1007 },
    { action: 'update' },
    { resource: 'thing' },
    { resource: 'thing', objectId: '7' },
    { application: 'app' },
    { address: '10.0.0.1' },
    { action: 'no such thing' },
    { since: new Date(Date.now() - 20 * 86_400_000), until: new Date(Date.now() - 10 * 86_400_000) },
  ];
  await fill(50_000);
  const partitions = 6;
  for (const wish of wishes) {
    for (const from of [null, cursor]) {
      const { kinds, rows } = await scanned(wish, from);
      const how = [...kinds].join(', ');
      t.true(rows <= 51 + partitions, `${JSON.stringify(wish)} reads ${rows} rows by ${how}`);
    }
  }
});

test.serial('every filter finds its own, and one that makes no sense is refused by name', async (t) => {
  await q.fetch('/api/user/me/', { as: root });
  const mine = await read('actor=ROOT&action=sign_in');
  t.true(mine.results.length > 0);
  t.true(mine.results.every(({ actor }) => actor === 'root'));
  t.deepEqual((await read(`actor=${root.id}&resource=user&object=${root.id}&limit=1`)).results[0]?.actor, 'root');
  t.is((await read('address=10.9.9.9')).results.length, 0);
  t.is((await read('actor=anonymous&action=sign_in')).results.length, 0);
  const today = new Date().toISOString().slice(0, 10);
  t.true((await read(`since=${today}&until=${today}&action=sign_in`)).results.length > 0);
  for (const [query, field] of [
    ['actor=nobody-here', 'actor'],
    ['address=here', 'address'],
    ['since=yesterday', 'since'],
    ['until=2026-02-31T99:99Z', 'until'],
    ['cursor=abc', 'cursor'],
    ['limit=0', 'limit'],
    ['limit=5000', 'limit'],
    ['action=%00', 'action'],
  ] as const) {
    const { status, body } = await q.json<Record<string, string[]>>(`/api/admin/audit/?${query}`, { as });
    t.is(status, 400, query);
    t.deepEqual(Object.keys(body), [field]);
  }
});

test.serial('an export streams all of it, and no cell is a formula', async (t) => {
  await q.knex('audit_entries').insert({
    actor: '=cmd()',
    proof: 'token',
    action: 'create',
    resource: 'odd',
    changes: '{"name":{"new":"a,\\"b\\""}}',
  });
  const lines = await q.fetch('/api/admin/audit/export/?resource=thing', { as });
  t.is(lines.headers.get('content-type'), 'application/x-ndjson');
  const entries = (await lines.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry);
  t.true(entries.length > 50_000);
  const csv = await q.fetch('/api/admin/audit/export/?resource=odd&as=csv', { as });
  const text = await csv.text();
  t.is(
    text.split('\r\n')[0],
    'id,at,actor_id,actor,acting_as_id,acting_as,proof,application,token_id,address,action,resource,object_id,changes',
  );
  t.true(text.includes(`,'=cmd(),`));
  t.true(text.includes(`"{""name"":{""new"":""a,\\""b\\""""}}"`));
  t.is((await q.fetch('/api/admin/audit/export/?as=pdf', { as })).status, 400);
});

test.serial('only superusers read it, and of tokens only the widest', async (t) => {
  const manager = await q.person({
    username: 'manager',
    staff: true,
    rights: { admin: ['view', 'add', 'change', 'delete'] },
  });
  for (const path of [
    '/api/admin/audit/',
    '/api/admin/audit/export/',
    '/api/admin/session/',
    '/api/admin/key/',
    '/api/admin/mfa-policy/',
  ]) {
    t.is((await q.fetch(path)).status, 401, path);
    t.is((await q.fetch(path, { as: await q.tokenFor(manager) })).status, 403, path);
    t.is(
      (await q.fetch(path, { as: await q.tokenFor(root, { scopes: ['g:read', 'r:view:admin', 'a:staff'] }) })).status,
      403,
      path,
    );
    t.is((await q.fetch(path, { as: await q.tokenFor(root, { scopes: ['a:superuser'] }) })).status, 200, path);
  }
});
