import type { Permission } from '../../../shared/access/roles.ts';
import type { Resource } from '../../resources/declaration.ts';
import { actionsAt, offeredAt, olderRowPath, type Spelled, spell } from './spelling.ts';

/** Where a request to the REST face leads. */
export interface Target {
  readonly spelled: Spelled;
  /** Null: the list. */
  readonly id: number | null;
  /** A declared action of the row or the list, or a view of the row. */
  readonly action: string | null;
}

/** Finds the resource that a path speaks of; null when it is none of this face's. */
export type Locate = (path: string) => Target | null;

/** Every spelling of every resource, by its list path. */
export function spellAll(resources: readonly Resource[], publicUrl: string): Map<string, Spelled> {
  return new Map(
    resources.flatMap((resource) =>
      resource.rest.map((spelling) => {
        const spelled = spell(resource, spelling, publicUrl);
        return [spelled.listPath, spelled] as const;
      }),
    ),
  );
}

/**
 * Paths: `list/`, `list/<action>/`, `list/<id>/`, `list/<id>/<action or view>/`, and what a spelling says of older ones;
 * the last slash may be left out, and `.json` put behind.
 */
export function locator(spellings: ReadonlyMap<string, Spelled>): Locate {
  const older = new Map(
    [...spellings.values()].flatMap((spelled) =>
      spelled.spelling.olderRow ? [[olderRowPath(spelled.spelling), spelled] as const] : [],
    ),
  );
  return (path) => {
    const row = /^(.*\/)(\d{1,9})\/$/.exec(path);
    const straight = row && spellings.get(row[1] ?? '');
    if (straight) return { spelled: straight, id: Number(row[2]), action: null };
    const plain = path.replace(/\.json$/, '').replace(/\/?$/, '/');
    const list = spellings.get(plain);
    if (list) return list.spelling.rowsOnly ? null : { spelled: list, id: null, action: null };
    const [, above = '', word = ''] = /^(.*\/)([a-z_]+)\/$/.exec(plain) ?? [];
    const acting = spellings.get(above);
    if (acting && Object.hasOwn(actionsAt(acting).list, word)) return { spelled: acting, id: null, action: word };
    const [, before = '', id = '', action = null] = /^(.*\/)(\d{1,10})\/(?:([a-z_-]+)\/)?$/.exec(plain) ?? [];
    if (!id || Number(id) > 2_147_483_647) return null;
    const there = { id: Number(id), action: null };
    const spelledOlder = older.get(`${before}{id}/${action}/`);
    if (spelledOlder) return { spelled: spelledOlder, ...there };
    const spelled = spellings.get(before);
    if (!spelled || action === null) return spelled ? { spelled, ...there } : null;
    const known = Object.hasOwn(spelled.views, action) || Object.hasOwn(actionsAt(spelled).row, action);
    return known ? { spelled, ...there, action } : null;
  };
}

const listMethods = { view: ['GET', 'HEAD', 'OPTIONS'], add: ['POST'] };
const rowMethods = { view: ['GET', 'HEAD', 'OPTIONS'], change: ['PUT', 'PATCH'], delete: ['DELETE'] };

const known = new WeakMap<Spelled, Map<string, readonly string[]>>();

/** The methods that a target answers to. */
export function methodsOf(target: Target): readonly string[] {
  const { spelled, id, action } = target;
  const ofSpelled = known.get(spelled) ?? new Map<string, readonly string[]>();
  known.set(spelled, ofSpelled);
  const kind = `${id === null ? 'list' : 'row'} ${action ?? ''}`;
  const methods = ofSpelled.get(kind) ?? workOutMethods(target);
  ofSpelled.set(kind, methods);
  return methods;
}

function workOutMethods({ spelled, id, action }: Target): readonly string[] {
  if (action !== null) return Object.hasOwn(spelled.views, action) ? rowMethods.view : ['POST', 'OPTIONS'];
  const offered = offeredAt(spelled.spelling);
  const methods = id === null ? listMethods : rowMethods;
  const bulk = id === null ? (spelled.spelling.bulk ?? []) : [];
  return [
    ...Object.entries(methods).flatMap(([permission, names]) =>
      offered.includes(permission as Permission) ? names : [],
    ),
    ...bulk.flatMap((permission) => rowMethods[permission]),
  ];
}
