import test from 'ava';
import { entities } from '../../api/faces/entity/endpoints.ts';
import { projectionOf } from '../../api/faces/entity/projection.ts';
import { spellAll } from '../../api/faces/rest/locate.ts';
import { fullRow, minimalRow } from '../../api/faces/table/rows.ts';
import { tables } from '../../api/faces/table/tables.ts';
import { resources } from '../../api/resources/index.ts';
import { loadSampleLab } from '../../api/sample/index.ts';
import type { Projection } from '../../api/store/projection.ts';
import type { Query } from '../../api/store/query.ts';
import { readList, readOne } from '../../api/store/read.ts';
import type { Sight } from '../../api/store/sight.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshServices } from '../harness/index.ts';

let services: Services;
test.before(async (t) => {
  t.timeout(60_000);
  services = await freshServices({ timeZone: 'Asia/Kolkata' });
  await loadSampleLab(services);
});
test.after.always(() => services && closeServices(services));

const seesAll: Sight = () => 'all';
const all: Query = { where: [], search: [], order: [], page: { kind: 'all' } };
const paged: Query = { ...all, page: { kind: 'offset', limit: 700, offset: 0, uncounted: true } };

/** Whatever a face shows of a resource. */
function projections(): Projection[] {
  const spelled = [...spellAll(resources, 'https://lab.example').values()];
  const tabled = [...new Set(tables.values())];
  return [
    ...spelled.map((one) => one.expanded(new Set(Object.keys(one.spelling.expand ?? {})), seesAll)),
    ...tabled.flatMap((one) => [fullRow(one, 'table', seesAll), minimalRow(one, 'detail')]),
    ...resources.filter(({ entity }) => entity).map((one) => projectionOf(entities.of(one), seesAll)),
  ];
}

/** The same by each way to it: as PostgreSQL prints a list without an end, a page at once, by cursor, and rows alone. */
async function readEachWay(projection: Projection) {
  const { pool } = services;
  const read = (query: Query) => readList(pool, projection, query, 1, false, seesAll);
  const whole = await read(all);
  const rows = (whole.text ?? '[]') === '[]' ? [] : (JSON.parse(whole.text ?? '[]') as Record<string, unknown>[]);
  const first = await read({ ...all, page: { kind: 'cursor', limit: 3, after: null } });
  const second = first.next && (await read({ ...all, page: { kind: 'cursor', limit: 700, after: first.next } }));
  const parts = [first.text, second?.text].map((text) => text?.slice(1, -1)).filter(Boolean);
  return { whole: whole.text ?? '', page: (await read(paged)).text, byCursor: `[${parts.join(',')}]`, rows };
}

test.serial('every face answers a page in the same bytes as PostgreSQL would print it', async (t) => {
  t.timeout(60_000);
  let seen = 0;
  for (const projection of projections()) {
    const { whole, page, byCursor, rows } = await readEachWay(projection);
    t.is(page, whole, projection.name);
    t.is(byCursor, whole, projection.name);
    seen += rows.length;
  }
  t.true(seen > 1000);
});

test.serial('nothing that somebody writes into a text, and no moment, breaks a page', async (t) => {
  const { knex, pool } = services;
  const written = [
    '',
    'null',
    '"',
    '\\',
    'a\nb\tc\r\b\f',
    '\u0001\u001e\u007f\u2028',
    'Ωß🛠',
    '\u001f',
    '{"a":1},',
    'x\u001fy',
  ];
  const moments = ['2026-03-01 09:30:00.5+00', '0044-03-15 12:00:00+00 BC', 'infinity', null, '1800-01-01 00:00:00+00'];
  await knex('host').whereIn('id', knex('host').select('id').orderBy('hostname').limit(written.length)).update({
    lastseen: null,
  });
  const hosts: { id: number }[] = await knex('host').select('id').orderBy('hostname').limit(written.length);
  for (const [n, { id }] of hosts.entries()) {
    await knex('host')
      .where({ id })
      .update({ details: written[n], lastseen: moments[n % moments.length] });
    for (const projection of projections().filter(({ resource }) => resource.name === 'host')) {
      const { whole, page, byCursor, rows } = await readEachWay(projection);
      t.is(page, whole, `${projection.name} with ${JSON.stringify(written[n])}`);
      t.is(byCursor, whole);
      const key = 'url' in (rows[0] ?? {}) ? 'url' : 'id';
      const at = rows.findIndex((row) => new RegExp(`(^|/)${id}/?$`).test(String(row[key])));
      const one = await readOne(pool, projection, id, 1, false);
      t.deepEqual(JSON.parse(one ?? 'null'), rows[at], projection.name);
      t.true(whole.includes(one ?? 'nothing'), projection.name);
    }
    await knex('host').where({ id }).update({ details: 'plain', lastseen: null });
  }
});
