import test from 'ava';
import fc from 'fast-check';
import { stringify } from 'qs';
import { type Running, start } from '../../harness/index.ts';
import { type Client, type Listed, signIn } from './conversation.ts';

interface Host {
  readonly id: number;
  readonly hostname: string;
  readonly serial_no: string | null;
  readonly details: string;
  readonly hypervisor: boolean;
  readonly rack: number | null;
}

let q: Running;
let boss: Client;
let token: string;
let all: Host[];

test.before(async () => {
  q = await start();
  const root = await q.person({ username: 'root', password: 'correct horse battery', superuser: true });
  boss = await signIn(q, root);
  token = await q.tokenFor(root);
  await q.knex.raw(`
    INSERT INTO building (code) VALUES ('B1');
    INSERT INTO lab (name, building_id) VALUES ('L', 1);
    INSERT INTO rack (number, lab_id) SELECT n, 1 FROM generate_series(1, 4) AS n;
    INSERT INTO host_type (name) VALUES ('server');
    INSERT INTO host_hardware (name, host_type_id) VALUES ('R640', 1);
    INSERT INTO host (hostname, hardware_id, rack_id, serial_no, details, hypervisor)
    SELECT 'host-' || chr(97 + n % 7) || n, 1, CASE WHEN n % 3 > 0 THEN n % 4 + 1 END,
      CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'S%' || n % 5 ELSE 's_' || n % 5 END,
      CASE n % 3 WHEN 0 THEN '' WHEN 1 THEN 'it''s "x"' ELSE 'ünï' END, n % 5 = 0
    FROM generate_series(1, 60) AS n`);
  all = (await q.json<Host[]>('/api/inventory/hostbyid/', { as: token })).body;
});
test.after.always(() => q?.close());

/** A condition as it is sent, and what it means. */
interface Meant {
  readonly item: object;
  readonly holds: (host: Host) => boolean;
}

const textKeys = { hostname: 'hostname', serialNo: 'serial_no', details: 'details' } as const;
const folded = (text: string | null) => (text ?? '').toLowerCase();

const texts = fc.constantFrom('', 'S%2', 's_3', 'ünï', "it's", '"x"', '%', '_', '\\', 'host-a', 'HOST', '5', 'a');
const onText: fc.Arbitrary<Meant> = fc
  .record({
    attribute: fc.constantFrom(...(Object.keys(textKeys) as (keyof typeof textKeys)[])),
    type: fc.constantFrom(
      'contains',
      'startsWith',
      'endsWith',
      'notContains',
      'equals',
      'notEquals',
      'isNull',
      'isEmpty',
    ),
    value: texts,
  })
  .map(({ attribute, type, value }) => {
    const read = (host: Host) => host[textKeys[attribute]];
    const trimmed = value.trim();
    const equal = (text: string | null) =>
      attribute === 'hostname' ? text !== null && folded(text) === folded(trimmed) : text === trimmed;
    const meanings: Record<string, (text: string | null) => boolean> = {
      contains: (text) => text !== null && folded(text).includes(folded(value)),
      startsWith: (text) => text !== null && folded(text).startsWith(folded(value)),
      endsWith: (text) => text !== null && folded(text).endsWith(folded(value)),
      notContains: (text) => text === null || !folded(text).includes(folded(value)),
      equals: equal,
      notEquals: (text) => !equal(text),
      isNull: (text) => text === null,
      isEmpty: (text) => text === null || text === '',
    };
    return { item: { type, attribute, value }, holds: (host) => meanings[type]?.(read(host)) ?? false };
  });

const onRack: fc.Arbitrary<Meant> = fc
  .record({
    type: fc.constantFrom('in', 'notIn', 'linkedWith', 'notLinkedWith', 'isLinked', 'isNotLinked'),
    ids: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
  })
  .map(({ type, ids }) => {
    const isIn = ({ rack }: Host) => rack !== null && ids.includes(rack);
    const linked = ({ rack }: Host) => rack !== null;
    const meanings: Record<string, (host: Host) => boolean> = {
      in: isIn,
      linkedWith: isIn,
      isLinked: linked,
      notIn: (host) => !isIn(host),
      notLinkedWith: (host) => !isIn(host),
      isNotLinked: (host) => !linked(host),
    };
    const attribute = type.endsWith('In') || type === 'in' ? 'rackId' : 'rack';
    return { item: { type, attribute, value: ids.map(String) }, holds: meanings[type] ?? (() => false) };
  });

const onNumber: fc.Arbitrary<Meant> = fc
  .record({
    type: fc.constantFrom('greaterThan', 'lessThanOrEquals', 'between'),
    from: fc.integer({ min: 0, max: 6 }),
    more: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ type, from, more }) => {
    const meanings: Record<string, (rack: number) => boolean> = {
      greaterThan: (rack) => rack > from,
      lessThanOrEquals: (rack) => rack <= from,
      between: (rack) => rack >= from && rack <= from + more,
    };
    // Racks are numbered as their ids are.
    const value = type === 'between' ? [from, from + more] : from;
    return {
      item: { type, attribute: 'rack.number', value },
      holds: ({ rack }) => rack !== null && (meanings[type]?.(rack) ?? false),
    };
  });

const onFlag: fc.Arbitrary<Meant> = fc.boolean().map((wanted) => ({
  item: { type: wanted ? 'isTrue' : 'isFalse', attribute: 'hypervisor' },
  holds: ({ hypervisor }) => hypervisor === wanted,
}));

const { condition } = fc.letrec<{ condition: Meant; group: Meant; leaf: Meant }>((tie) => ({
  condition: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('group')),
  leaf: fc.oneof(onText, onRack, onNumber, onFlag),
  group: fc
    .record({
      type: fc.constantFrom('and', 'or', 'not'),
      of: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
    })
    .map(({ type, of }) => ({
      item: { type, value: of.map(({ item }) => item) },
      holds: (host: Host) => {
        if (type === 'or') return of.some(({ holds }) => holds(host));
        const every = of.every(({ holds }) => holds(host));
        return type === 'not' ? !every : every;
      },
    })),
}));

/** A value as Python's repr writes it. */
function python(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (typeof value !== 'object' || value === null) return String(value ?? 'None');
  return `{${Object.entries(value)
    .map(([key, one]) => `${python(key)}: ${python(one)}`)
    .join(', ')}}`;
}

const encodings: Record<string, (where: object[]) => string> = {
  json: (where) => `where=${encodeURIComponent(JSON.stringify(where))}`,
  texts: (where) => `where=${encodeURIComponent(JSON.stringify(where.map((item) => JSON.stringify(item))))}`,
  brackets: (where) => stringify({ where }),
  python: (where) => `where=${encodeURIComponent(where.map(python).join(','))}`,
};

test('Whatever where asks, in whatever encoding, it finds exactly the rows of which it holds', async (t) => {
  const wheres = fc.array(condition, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(wheres, fc.constantFrom(...Object.keys(encodings)), async (where, encoding) => {
      const sent = encodings[encoding]?.(where.map(({ item }) => item)) ?? '';
      const { status, body, reason } = await boss.get<Listed<{ id: string }>>(`Host?${sent}&select=id`);
      t.is(status, 200, `${reason} ${JSON.stringify(where)}`);
      const expected = all.filter((host) => where.every(({ holds }) => holds(host))).map(({ id }) => id);
      t.deepEqual(
        body.list.map(({ id }) => Number(id)).sort((a, b) => a - b),
        expected.sort((a, b) => a - b),
        `${encoding} ${JSON.stringify(where)}`,
      );
    }),
    { numRuns: 250 },
  );
});
