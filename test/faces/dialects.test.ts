import test from 'ava';
import fc from 'fast-check';
import { entities } from '../../api/faces/entity/endpoints.ts';
import { isShown } from '../../api/faces/entity/spelling.ts';
import { spellAll } from '../../api/faces/rest/locate.ts';
import { filtersOf, orderingsOf } from '../../api/faces/rest/parse-query.ts';
import type { Spelled } from '../../api/faces/rest/spelling.ts';
import type { Tabled } from '../../api/faces/table/tabled.ts';
import { tables } from '../../api/faces/table/tables.ts';
import type { Field } from '../../api/resources/fields.ts';
import { resources } from '../../api/resources/index.ts';
import { loadSampleLab } from '../../api/sample/index.ts';
import { value as junk, query } from '../hardening/junk.ts';
import { type Running, start } from '../harness/index.ts';

// One question in the words of three dialects: a REST list's parameters, AtroCore's `where`, Qore's `search_columns`.
// Whatever is asked of whatever list, all of them find the same rows, and none of them fails.

type Row = Record<string, unknown>;
type Entity = (typeof entities.all)[number];

/** A resource as all three dialects list it, with its rows. */
interface Listed {
  readonly spelled: Spelled;
  readonly entity: Entity;
  readonly tabled: Tabled;
  readonly rows: readonly Row[];
}

/** A question as each dialect asks it; null where it has no words for it. */
interface Question {
  readonly rest: readonly [string, string][] | null;
  readonly where: readonly object[];
  readonly columns: Row | null;
}

let q: Running;
let headers: Record<string, string>;
let lists: Listed[];

test.before(async () => {
  q = await start();
  await loadSampleLab(q.services);
  const root = await q.person({ username: 'tester', superuser: true });
  headers = { authorization: `Token ${await q.tokenFor(root)}`, prefer: 'return=minimal' };
  const spellings = [...spellAll(resources, q.url).values()].filter(({ spelling }) => !spelling.rowsOnly);
  lists = await Promise.all(
    spellings.map(async (spelled) => {
      const { resource } = spelled;
      const { body: rows } = await q.json<Row[]>(spelled.listPath, { headers });
      return { spelled, entity: entities.of(resource), tabled: tables.get(resource.name) as Tabled, rows };
    }),
  );
});
test.after.always(() => q?.close());

const idOf = (row: Row): number => Number(row.id ?? row.pk ?? String(row.url).split('/').at(-2));

/** Ids of the rows that each dialect finds, in its order, or the status with which it refuses. */
const asked = {
  async rest({ spelled }: Listed, parameters: readonly [string, string][]) {
    const { status, body } = await q.json<Row[]>(`${spelled.listPath}?${new URLSearchParams([...parameters])}`, {
      headers,
    });
    return status === 200 ? body.map(idOf) : status;
  },
  async entity({ entity }: Listed, parameters: Record<string, string>) {
    const path = `/api/v1/${entity.name}?${new URLSearchParams({ select: 'id', maxSize: '10000', ...parameters })}`;
    const { status, body } = await q.json<{ list: Row[] }>(path, { headers });
    return status === 200 ? body.list.map(idOf) : status;
  },
  async table({ tabled }: Listed, json: object) {
    const ids: number[] = [];
    for (let page = 1; ; page++) {
      const { status, body } = await q.json<{ data: Row[]; meta: { last_page: number } }>(
        `${tabled.path}/table/${tabled.name}`,
        { headers, json: { per_page: 500, page, ...json } },
      );
      if (status !== 200) return status;
      ids.push(...body.data.map(idOf));
      if (page >= body.meta.last_page) return ids;
    }
  },
};

const sorted = (ids: number[] | number) => (Array.isArray(ids) ? ids.toSorted((a, b) => a - b) : ids);
const sameSign: ReadonlySet<Field['kind']> = new Set(['integer', 'decimal', 'choice', 'boolean', 'reference']);
const ranged: ReadonlySet<Field['kind']> = new Set(['integer', 'decimal', 'date']);

/** Questions about one field that all dialects, or two of them, have words for. */
function questionsOf({ spelled, entity, tabled, rows }: Listed): fc.Arbitrary<Question>[] {
  const columns = (name: string, value: unknown) => (tabled.columns.get(name)?.searchable ? { [name]: value } : null);
  return spelled.keys.flatMap(({ key, name, field }) => {
    const known = entity.keys.find((one) => one.name === name);
    const values = [...new Set(rows.map((row) => row[key]))].filter((one) => one !== null && one !== '');
    if (!known || !isShown(known) || values.length === 0) return [];
    const attribute = field.kind === 'reference' ? `${known.key}Id` : known.key;
    const meant = (value: unknown) =>
      field.kind === 'reference' && typeof value === 'string' ? Number(value.split('/').at(-2)) : value;
    const some = fc.constantFrom(...values).map(meant);
    const plain = filtersOf(spelled).get(key) === name;
    const asREST = (text: string): [string, string][] | null => (plain ? [[key, text]] : null);
    const found: fc.Arbitrary<Question>[] = [];
    if (sameSign.has(field.kind)) {
      found.push(
        some.map((value) => ({
          rest: asREST(String(value)),
          where: [{ type: 'equals', attribute, value }],
          columns: columns(name, value),
        })),
      );
    }
    if (['choice', 'reference'].includes(field.kind)) {
      found.push(
        fc.array(some, { minLength: 2, maxLength: 3 }).map((several) => ({
          rest: asREST(several.join(',')),
          where: [{ type: 'in', attribute, value: several }],
          columns: columns(name, several),
        })),
      );
    }
    if (field.nullable && field.kind !== 'text') {
      found.push(
        fc.constant({
          rest: asREST('null'),
          where: [{ type: 'isNull', attribute }],
          columns: columns(name, [null]),
        }),
      );
    }
    if (ranged.has(field.kind)) {
      found.push(
        some.map((value) => ({
          rest: null,
          where: [{ type: 'greaterThanOrEquals', attribute, value }],
          columns: columns(name, { from: value }),
        })),
      );
    }
    if (field.kind === 'text' && !field.image) {
      const text = some.filter((value) => typeof value === 'string' && value.trim() === value && value !== 'null');
      if (values.some((value) => typeof value === 'string' && value.trim() === value && value !== 'null')) {
        found.push(
          text.map((value) => ({
            rest: asREST(String(value)),
            where: [{ type: 'equals', attribute, value }],
            columns: null,
          })),
          fc.tuple(text, fc.nat(5), fc.nat(4)).map(([value, from, more]) => {
            const piece =
              String(value)
                .slice(from % String(value).length)
                .slice(0, more + 1)
                .trim() || String(value);
            return {
              rest: null,
              where: [{ type: 'contains', attribute, value: piece }],
              columns: columns(name, piece),
            };
          }),
        );
      }
    }
    return found;
  });
}

/** Two questions at once: what both find. */
const both = (one: Question, other: Question): Question => ({
  rest: one.rest && other.rest && one.rest[0]?.[0] !== other.rest[0]?.[0] ? [...one.rest, ...other.rest] : null,
  where: [...one.where, ...other.where],
  columns:
    one.columns && other.columns && Object.keys(one.columns)[0] !== Object.keys(other.columns)[0]
      ? { ...one.columns, ...other.columns }
      : null,
});

test('Whatever is asked of any list, all dialects find the same rows', async (t) => {
  let compared = 0;
  const askable = lists.flatMap((listed) => {
    const questions = questionsOf(listed);
    return questions.length > 0 ? [{ listed, question: fc.oneof(...questions) }] : [];
  });
  t.true(askable.length > 40, String(askable.length));
  const cases = fc.constantFrom(...askable).chain(({ listed, question }) =>
    fc.record({
      listed: fc.constant(listed),
      question: fc.oneof(
        question,
        fc.tuple(question, question).map(([one, other]) => both(one, other)),
      ),
    }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ({ listed, question: { rest, where, columns } }) => {
      const answers = await Promise.all([
        asked.entity(listed, { where: JSON.stringify(where) }),
        rest && asked.rest(listed, rest),
        columns && asked.table(listed, { search_columns: columns }),
      ]);
      const [entity, ...others] = answers.filter((answer) => answer !== null).map(sorted);
      const told = `${listed.spelled.listPath} ${JSON.stringify({ rest, where, columns })}`;
      t.true(Array.isArray(entity), `${entity} ${told}`);
      for (const other of others) t.deepEqual(other, entity, told);
      compared += others.length;
    }),
    { numRuns: 700 },
  );
  t.true(compared > 500, String(compared));
});

test('Words find the same rows, and a field puts them in the same order', async (t) => {
  const words = fc.constantFrom('a', '1', 'server', 'lab', 'resistor', 'zz', 'e 1', '%', 'ada', 'firmwrae');
  const cases = fc.constantFrom(...lists).chain((listed) => {
    const { spelled, entity, tabled } = listed;
    const fields = spelled.keys.flatMap(({ key, name, field }) => {
      const known = entity.keys.find((one) => one.name === name);
      const same = known && isShown(known) && field.kind !== 'reference' && orderingsOf(spelled).get(key) === name;
      return same && tabled.columns.get(name)?.sortable ? [{ key, name, attribute: known.key }] : [];
    });
    return fc.record({
      listed: fc.constant(listed),
      search: words,
      by: fields.length > 0 ? fc.constantFrom(...fields) : fc.constant(null),
      descending: fc.boolean(),
    });
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ listed, search, by, descending }) => {
      const sign = descending ? '-' : '';
      const [rest, entity] = await Promise.all([
        asked.rest(listed, [['search', search], ...(by ? [['ordering', sign + by.key] as [string, string]] : [])]),
        asked.entity(listed, { q: search, ...(by && { sortBy: by.attribute, asc: String(!descending) }) }),
      ]);
      const told = `${listed.spelled.listPath} ${search} ${sign}${by?.key}`;
      t.true(Array.isArray(rest), `${rest} ${told}`);
      t.deepEqual(by ? entity : sorted(entity), by ? rest : sorted(rest), told);
      if (!by) return;
      const sort_direction = descending ? 'descending' : 'ascending';
      const ordered = [
        asked.rest(listed, [['ordering', sign + by.key]]),
        asked.table(listed, { sort_column: by.name, sort_direction }),
      ];
      const [plain, table] = await Promise.all(ordered);
      t.deepEqual(table, plain, told);
    }),
    { numRuns: 250 },
  );
});

const word = fc.oneof(
  fc.constantFrom('equals', 'in', 'or', 'not', 'linkedWith', 'between', 'like', 'isNull', 'today', 'lastXDays', 'bool'),
  fc.constantFrom('arrayAnyOf', 'contains', 'textFilter', 'isLinked', 'subQuery', 'id', 'name'),
  fc.string({ maxLength: 8 }),
);

/** What somebody may ask of a list who means nothing by it. */
function nonsense({ spelled, entity, tabled }: Listed): fc.Arbitrary<[path: string, json?: object]> {
  const names = [...filtersOf(spelled).keys(), ...Object.keys(spelled.spelling.expand ?? {}), 'search_regex'];
  const orders = fc.constantFrom(...orderingsOf(spelled).keys(), 'nothing');
  const rest = fc
    .tuple(query(names), orders, fc.constantFrom('', '-'))
    .map(([text, by, sign]): [string] => [`${spelled.listPath}?limit=3&ordering=${sign}${by}&${text}`]);
  const attributes = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...entity.keys.map(({ key, target }) => (target ? `${key}Id` : key))) },
    { weight: 1, arbitrary: fc.constantFrom('id', ...entity.links.keys(), 'rack.lab.name') },
    { weight: 1, arbitrary: word },
  );
  const item = fc.record(
    { type: word, attribute: attributes, value: fc.oneof(junk, word), subQuery: junk, timeZone: word },
    { requiredKeys: ['type', 'attribute'] },
  );
  const where = fc.oneof(
    { weight: 4, arbitrary: fc.array(item, { maxLength: 3 }).map((items) => JSON.stringify(items)) },
    { weight: 1, arbitrary: fc.oneof(fc.string(), fc.json()) },
  );
  const asEntity = fc.tuple(where, attributes, attributes, fc.oneof(word, fc.constant('5'))).map((parts): [string] => {
    const [asks, select, sortBy, maxSize] = parts.map((part) => part.toWellFormed());
    const parameters = { where: asks ?? '', select: select ?? '', sortBy: sortBy ?? '', maxSize: maxSize ?? '' };
    return [`/api/v1/${entity.name}?${new URLSearchParams(parameters)}`];
  });
  const columns = fc.constantFrom(...tabled.columns.keys(), 'nothing');
  const asTable = fc
    .record(
      {
        search_columns: fc.oneof({ weight: 5, arbitrary: fc.dictionary(columns, junk, { maxKeys: 3 }) }, junk),
        sort_column: fc.oneof({ weight: 4, arbitrary: columns }, junk),
        sort_direction: fc.constantFrom('ascending', 'desc', 'x', 1),
        per_page: fc.oneof(fc.integer({ min: 1, max: 30 }), junk),
        page: fc.oneof(fc.integer({ min: 1, max: 3 }), junk),
        tab: fc.oneof(fc.constantFrom('all', 'Mine', 'free'), junk),
      },
      { requiredKeys: [] },
    )
    .map((json): [string, object] => [`${tabled.path}/table/${tabled.name}`, json]);
  return fc.oneof(rest, asEntity, asTable);
}

test('Whatever nonsense is asked of any list in any dialect, the answer is 200 or says clearly what is wrong', async (t) => {
  const cases = fc.constantFrom(...lists).chain(nonsense);
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(cases, { minLength: 4, maxLength: 8 }), async (several) => {
      await Promise.all(
        several.map(async ([path, json]) => {
          const response = await q.fetch(path, { headers, ...(json && { json }) });
          const { status } = response;
          const text = await response.text();
          const told = `${status} ${path} ${JSON.stringify(json)} ${text.slice(0, 200)}`;
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status === 200) return;
          t.is(status, path.startsWith('/api/resources/') ? 422 : 400, told);
          t.true(JSON.stringify(JSON.parse(text)).length > 10, told);
        }),
      );
    }),
    { numRuns: 300 },
  );
  t.log(Object.fromEntries(statuses));
  t.true((statuses.get(200) ?? 0) > 150);
});
