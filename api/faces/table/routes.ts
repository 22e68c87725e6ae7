import type { Permission } from '../../../shared/access/roles.ts';
import type { Tabled } from './tabled.ts';

/** What can be asked of a resource, by name. */
export type RouteName =
  | 'table'
  | 'form'
  | 'log'
  | 'options'
  | 'action'
  | 'edit'
  | 'inline'
  | 'create'
  | 'show'
  | 'update'
  | 'delete';

/** One kind of request to a resource. `/api/endpoints` lists these, requests are matched by them. */
export interface Route {
  readonly name: RouteName;
  readonly methods: readonly string[];
  /** Below `/api/resources/{resource_name}`. */
  readonly path: string;
  /** What it takes of the role; an action's declaration says it for itself. */
  readonly permission: Permission;
  readonly description: string;
}

const route = (
  name: RouteName,
  methods: readonly string[],
  path: string,
  permission: Permission,
  description: string,
): Route => ({ name, methods, path, permission, description });

/** What may come with a body that says what is asked for. */
const asking = ['GET', 'POST', 'QUERY'];

/** In the order in which they are tried: words before ids. */
export const routes: readonly Route[] = [
  route('table', asking, '/table/{table_name}', 'view', 'Rows with the columns, tabs and actions of the table.'),
  route('form', asking, '/create', 'add', 'The form for a new row, or the options of one of its fields.'),
  route('log', ['GET'], '/logs/{id}', 'view', 'What was done to a row, newest first.'),
  route('options', ['GET'], '/field/{field_name}/options', 'view', 'What a field may be chosen from.'),
  route(
    'action',
    ['POST'],
    '/actions/{action_name}/{id}',
    'change',
    'Does something to a row; delete_resource deletes it.',
  ),
  route('edit', asking, '/{id}/edit', 'change', 'The form for changing a row, or the options of one of its fields.'),
  route('inline', ['PUT', 'PATCH'], '/{id}/inline/{field_name}', 'change', 'Changes one field of a row.'),
  route('create', ['POST'], '', 'add', 'Makes a row.'),
  route('show', ['GET'], '/{id}', 'view', 'One row.'),
  route('update', ['PUT', 'PATCH'], '/{id}', 'change', 'Changes a row; forms send POST with _method=PUT.'),
  route('delete', ['DELETE'], '/{id}', 'delete', 'Deletes a row.'),
];

/** Where a path leads: the routes there, and what it names. */
export interface Place {
  readonly tabled: Tabled;
  readonly routes: readonly Route[];
  /** NaN where the path has none. */
  readonly id: number;
  /** Name of the table, field or action in the path; empty where it has none. */
  readonly named: string;
}

/** Those routes of a resource that can ever lead anywhere. */
export const routesOf = ({ offered }: Tabled): Route[] =>
  routes.filter(({ name, permission }) => name === 'action' || offered.includes(permission));

const matchers = routes.map((one) => {
  const pattern = one.path.replace('{id}', '(?<id>\\d{1,10})').replace(/\{\w+_name\}/, '(?<named>[A-Za-z0-9_]+)');
  return { route: one, pattern: new RegExp(`^${pattern}$`) };
});

/** Finds what a path below `/api/resources` speaks of; the last slash may be left out. Null when it is nothing. */
export function placeOf(tables: ReadonlyMap<string, Tabled>, path: string): Place | null {
  const [, name = '', rest = ''] = /^\/api\/resources\/([a-z0-9_]+)(\/.*?)?\/?$/.exec(path) ?? [];
  const tabled = tables.get(name);
  if (!tabled) return null;
  const open = new Set(routesOf(tabled));
  for (const { route: first, pattern } of matchers) {
    const found = pattern.exec(rest);
    if (!found) continue;
    const { id = 'none', named = '' } = found.groups ?? {};
    if (Number(id) > 2_147_483_647) return null;
    const here = routes.filter((one) => one.path === first.path && open.has(one));
    return here.length > 0 ? { tabled, routes: here, id: Number(id), named } : null;
  }
  return null;
}
