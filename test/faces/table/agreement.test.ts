import test from 'ava';
import fc from 'fast-check';
import type { Tabled } from '../../../api/faces/table/tabled.ts';
import { tables } from '../../../api/faces/table/tables.ts';
import { loadSampleLab } from '../../../api/sample/index.ts';
import { type Running, start } from '../../harness/index.ts';
import type { Labelled, Refused, Table } from './setting.ts';

let q: Running;
let as: string;
test.before(async () => {
  q = await start();
  await loadSampleLab(q.services);
  as = await q.tokenFor(await q.person({ username: 'tester', superuser: true }));
});
test.after.always(() => q?.close());

type Row = Record<string, unknown> & { id: number };

const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => id).toSorted((a, b) => a - b);

/** Every row that a table finds, page after page. */
async function found(path: string, search_columns: object): Promise<number[] | Refused> {
  const rows: Row[] = [];
  for (let page = 1; ; page++) {
    const { status, body } = await q.json<Table & Refused>(path, {
      as,
      json: { search_columns, per_page: 500, page },
      headers: { prefer: 'return=minimal' },
    });
    if (status !== 200) return body;
    rows.push(...body.data);
    if (page >= (body.meta.last_page ?? 1)) return idsOf(rows);
  }
}

const contains = (value: unknown, text: string) =>
  String(value ?? '')
    .toLowerCase()
    .includes(text.toLowerCase());
const empty = (value: unknown) => value === null || value === '';

const piece = fc.constantFrom('a', 'e', '1', '0.', 'De', '-', 'compute', '%', '_', '\\', 'zz', 'N1', '4');
const id = fc.integer({ min: 1, max: 14 });
const reference = fc.oneof(
  id,
  fc.array(fc.option(id), { minLength: 1, maxLength: 3 }),
  fc.constantFrom('a', 'e', 'N1'),
);
const choice = fc.constantFrom('active', 'retired', ['new', 'active'], 'RET', 'zz');

const searches = fc.record(
  {
    hostname: fc.oneof(piece, fc.array(piece, { minLength: 1, maxLength: 2 })),
    details: fc.oneof(piece, fc.constant([null])),
    serial_no: piece,
    status: choice,
    hypervisor: fc.constantFrom(true, false, 'True', '0', [true, false]),
    hardware: reference,
    rack: reference,
    vm_host: reference,
    lastseen: fc.constantFrom([null], { from: '2020-01-01', to: '2040-01-01' }, { from: '2040-01-01' }),
  },
  { requiredKeys: [] },
);

/** What the search means, worked out from the rows that the REST face lists and the labels that tables show. */
function matches(row: Row, labelled: Row, column: string, asked: unknown): boolean {
  const value = row[column];
  if (Array.isArray(asked)) return asked.some((one) => matches(row, labelled, column, one));
  if (asked === null) return empty(value);
  switch (column) {
    case 'hypervisor':
      return value === (asked === true || asked === 'True');
    case 'status':
      return ['active', 'missing', 'retired', 'on_loan', 'unknown', 'offline', 'new'].includes(String(asked))
        ? value === asked
        : contains(value, String(asked));
    case 'lastseen': {
      const { from, to } = asked as { from?: string; to?: string };
      return value !== null && (!from || String(value) >= from) && (!to || String(value) <= `${to}T23:59:59.999999`);
    }
    case 'hardware':
    case 'rack':
    case 'vm_host':
      return typeof asked === 'number'
        ? value === asked
        : contains((labelled[column] as Labelled | null)?.label, String(asked));
    default:
      return contains(value, String(asked));
  }
}

test('Tables find the very rows that the REST face lists, whatever is searched', async (t) => {
  const { body: rows } = await q.json<Row[]>('/api/inventory/hostbyid/', { as });
  const { body: shown } = await q.json<Table>('/api/resources/hosts/table/hosts?per_page=500', { as });
  const labels = new Map(shown.data.map((row) => [row.id, row]));
  t.is(shown.meta.total, rows.length);
  await fc.assert(
    fc.asyncProperty(searches, async (search) => {
      const expected = rows.filter((row) =>
        Object.entries(search).every(([column, asked]) => matches(row, labels.get(row.id) ?? row, column, asked)),
      );
      t.deepEqual(await found('/api/resources/hosts/table/hosts', search), idsOf(expected), JSON.stringify(search));
    }),
    { numRuns: 120 },
  );
});

test('Tabs find what the REST face’s filters for the same find', async (t) => {
  const { body: all } = await q.json<Row[]>('/api/booking/booking/', { as });
  const { body: shown } = await q.json<Table>('/api/resources/bookings/table/bookings?per_page=1', { as });
  const now = new Date().toISOString();
  const { body: running } = await q.json<Row[]>(`/api/booking/booking/?at=${now}`, { as });
  const counts = Object.fromEntries(shown.tabs.map(({ name, count }) => [name, count]));
  t.is(counts.all ?? 0, all.length);
  t.is(counts.running ?? 0, running.length);
  t.is((counts.upcoming ?? 0) + (counts.running ?? 0) + (counts.past ?? 0), all.length);
});

test('No odd value makes a write fail', async (t) => {
  const values = [
    '',
    'x',
    -1,
    1e20,
    [],
    {},
    [[1]],
    'a\0',
    '\ud800',
    { value: 'x' },
    [{ value: 1 }],
    null,
    '2021-02-30',
  ];
  for (const name of ['hosts', 'racks', 'bookings', 'users', 'parts', 'stock_items', 'nics', 'notices']) {
    const { fields } = tables.get(name) as Tabled;
    for (const { name: field, writable } of fields.values()) {
      if (!writable || /^is_/.test(field)) continue;
      for (const value of values) {
        const { status } = await q.fetch(`/api/resources/${name}/1/inline/${field}`, {
          as,
          method: 'PUT',
          json: { [field]: value },
        });
        t.true(status < 500, `${name}.${field} ${JSON.stringify(value)} ${status}`);
      }
    }
  }
});
