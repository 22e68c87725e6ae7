import type { Projection } from '../api/store/projection.ts';
import type { Route } from './bare/serve.ts';
import { textAt } from './same-bytes.ts';
import type { Stage } from './stage.ts';
import { pageSql, projections, rowsAsText } from './statements.ts';

/** A list of 100 hosts in one dialect. */
export interface ListPage {
  readonly name: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Key before the number of all rows, where the answer tells it. */
  readonly total?: string;
  readonly shows: keyof ReturnType<typeof projections>;
  /** A condition of the list in SQL. */
  readonly where?: string;
}

export const size = 100;

/** Routes of bare servers that answer what the api answers there: rows to be printed, and text. */
export async function bareRoutes(
  stage: Stage,
  page: ListPage,
  headers: Record<string, string>,
): Promise<{ rows: Route; text: Route }> {
  const projection: Projection = projections(stage)[page.shows];
  const sql = pageSql(projection, stage.person.id, size, page.where);
  const asText = rowsAsText(sql);
  const answer = await textAt(stage.api.url + page.path, { ...headers, ...page.headers });
  const { rows } = await stage.services.pool.query<{ body: string }>(asText);
  const body = rows[0]?.body ?? '';
  if (!answer.includes(body)) throw new Error(`${page.path} does not answer the rows of ${asText}`);
  const around = answer.replace(body, () => '«rows»');
  const { total } = page;
  const envelope = total ? around.replace(new RegExp(`"${total}":\\d+`), `"${total}":«count»`) : around;
  const route = { method: 'GET', path: page.path, name: 'page', envelope } as const;
  const count = total ? { count: `SELECT count(*)::int AS count FROM host AS t ${page.where ?? ''}` } : {};
  return { rows: { ...route, ...count, sql }, text: { ...route, ...count, sql: asText } };
}
