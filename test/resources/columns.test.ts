import test from 'ava';
import { columnOf } from '../../api/resources/fields.ts';
import { resources } from '../../api/resources/index.ts';
import { Statement } from '../../api/store/statement.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshServices } from '../harness/index.ts';

let services: Services;
test.before(async () => {
  services = await freshServices();
});
test.after.always(() => services && closeServices(services));

interface Column {
  table: string;
  column: string;
  notnull: boolean;
  view: boolean;
}

async function columns(): Promise<Map<string, Column>> {
  const { rows } = await services.knex.raw<{ rows: Column[] }>(
    `SELECT c.relname AS table, a.attname AS column, a.attnotnull AS notnull, c.relkind = 'v' AS view
     FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0`,
  );
  return new Map(rows.map((row) => [`${row.table}.${row.column}`, row]));
}

test('every declared field has its column, and the two agree on what may be null', async (t) => {
  const known = await columns();
  for (const { name, table, fields } of resources) {
    for (const [key, field] of Object.entries(fields)) {
      const column = columnOf(key, field);
      if (column === null) continue;
      const found = known.get(`${table}.${column}`);
      t.truthy(found, `${name}.${key} has no column ${table}.${column}`);
      if (!found || found.view) continue;
      // Lists join what a required reference leads to; a row without one would be missing from them.
      if (field.kind === 'reference') t.is(found.notnull, !field.nullable, `${name}.${key}: ${table}.${column}`);
      else if (field.nullable) t.false(found.notnull, `${name}.${key} may be null, ${table}.${column} may not`);
    }
  }
});

test('every path that a declaration follows leads somewhere', async (t) => {
  for (const resource of resources) {
    const sql = [
      resource.label,
      resource.hint ?? '',
      resource.own?.sql ?? '',
      ...Object.values(resource.tabs ?? {}).map((tab) => tab.sql),
      ...[...resource.search, ...resource.order, ...Object.values(resource.orderings ?? {})].map(
        (path) => `{${path.replace(/^-/, '')}}`,
      ),
    ];
    for (const one of sql) {
      const statement = new Statement(resource);
      t.notThrows(() => statement.fill(one), `${resource.name}: ${one}`);
      if (!one) continue;
      const text = `SELECT (${statement.fill(one)}) ${statement.from()} LIMIT 1`.replace(/\$\d+/g, 'NULL');
      await t.notThrowsAsync(services.pool.query(text), `${resource.name}: ${one}`);
    }
  }
});
