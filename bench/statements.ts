import { entities } from '../api/faces/entity/endpoints.ts';
import { projectionOf } from '../api/faces/entity/projection.ts';
import { spellAll } from '../api/faces/rest/locate.ts';
import { fullRow, minimalRow } from '../api/faces/table/rows.ts';
import { tables } from '../api/faces/table/tables.ts';
import { resourceNamed, resources } from '../api/resources/index.ts';
import { operationFor } from '../api/store/operation.ts';
import { columnsSql, type Projection } from '../api/store/projection.ts';
import { sightOf } from '../api/store/sight.ts';
import { Statement } from '../api/store/statement.ts';
import { permissions } from '../shared/access/roles.ts';
import type { Stage } from './stage.ts';

// The statements that the api runs for hosts, for bare servers to run the same.

export const host = resourceNamed('host');

/** What each face shows of a host to a token with `r:view:host`. */
export function projections({ services: { config } }: Stage) {
  const spellings = spellAll(resources, config.publicUrl);
  const spelled = (path: string): Projection => {
    const found = spellings.get(path);
    if (!found) throw new Error(`There is no list at ${path}`);
    return found.projection;
  };
  const principal = {
    person: {
      id: 0,
      username: '',
      firstName: '',
      lastName: '',
      email: '',
      isActive: true,
      emailConfirmed: false,
      isStaff: false,
      isSuperuser: false,
      groups: [],
      rights: new Map([['host', new Set(permissions)] as const]),
    },
    proof: 'bearer',
    scopes: new Set(['r:view:host']),
    application: null,
    tokenId: null,
    address: null,
  } as const;
  const sight = sightOf(
    { operation: (resource, wanted) => operationFor(resource, wanted, config.anonymousRead) },
    principal,
  );
  const tabled = tables.get('hosts');
  if (!tabled) throw new Error('There is no table of hosts');
  return {
    rest: spelled('/api/inventory/host/'),
    byId: spelled('/api/inventory/hostbyid/'),
    minimalTable: minimalRow(tabled, 'table'),
    fullTable: fullRow(tabled, 'table', sight),
    entity: projectionOf(entities.of(host), sight),
  };
}

/** One row by its id, as columns. */
export function detailSql(projection: Projection): string {
  const statement = new Statement(projection.resource);
  const columns = columnsSql(statement, projection);
  const where = `${statement.path('id')} = ${statement.bind('id', 'int')}`;
  return `SELECT ${columns} ${statement.from()} WHERE ${where}`;
}

/** The first rows of a list as columns, as `me` sees them. */
export function pageSql(projection: Projection, me: number, limit: number, where = ''): string {
  const statement = new Statement(projection.resource);
  const columns = columnsSql(statement, projection);
  const sql = `SELECT ${columns} ${statement.from()} ${where} ORDER BY t.hostname, t.id LIMIT ${limit}`;
  // The only parameter of what is shown is who asks.
  return sql.replaceAll(/\$\d+/g, String(me));
}

/** What is shown of rows of another table of the same columns. */
export function shownOf(projection: Projection, table: string): string {
  const statement = new Statement(projection.resource);
  const columns = columnsSql(statement, projection);
  return `${columns} ${statement.from().replace(`FROM ${projection.resource.table} `, `FROM ${table} `)}`;
}

/** The same as one JSON text. */
export const rowAsText = (sql: string): string => `SELECT to_json(row)::text AS body FROM (${sql}) AS row`;
export const rowsAsText = (sql: string): string =>
  `SELECT '[' || coalesce(string_agg(to_json(row)::text, ','), '') || ']' AS body FROM (${sql}) AS row`;
