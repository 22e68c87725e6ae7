import type { Resource } from '../resources/declaration.ts';
import { resourceNamed } from '../resources/index.ts';
import { targetOf } from './labelled.ts';
import type { Sight } from './sight.ts';
import { wordsIn } from './statement.ts';

/**
 * How far a caller may read along a path: freely, where rows on the way are their own (`owner`, for `owner.username`), or
 * not at all, for what is hidden from them.
 */
export type Reach = { readonly own: readonly string[] } | { readonly hidden: Resource };

const freely: Reach = { own: [] };

/** How far a caller who may view a resource reads along a path of it. */
export function reachOf(resource: Resource, path: string, sight: Sight): Reach {
  const dot = path.indexOf('.');
  const field = resource.fields[path.slice(0, Math.max(dot, 0))];
  if (!field || toldBy(resource).has(path)) return freely;
  const name = path.slice(0, dot);
  const target = targetOf(name, field);
  const seen = sight(target);
  if (seen === 'nothing') return { hidden: target };
  const further = reachOf(target, path.slice(dot + 1), sight);
  if ('hidden' in further) return further;
  const own = further.own.map((row) => `${name}.${row}`);
  return { own: seen === 'own' ? [name, ...own] : own };
}

/** Whether a caller may read a path whatever the row. */
export function isReadable(resource: Resource, path: string, sight: Sight): boolean {
  const reach = reachOf(resource, path, sight);
  return 'own' in reach && reach.own.length === 0;
}

/** As much of a path, from its beginning, as a caller may read whatever the row. */
export function readablePart(resource: Resource, path: string, sight: Sight): string {
  if (isReadable(resource, path, sight)) return path;
  return readablePart(resource, path.slice(0, path.lastIndexOf('.')), sight);
}

/** The paths whose values SQL of a declaration asks about; what a row is to the caller themself is theirs to ask. */
export function asksOf(template: string): string[] {
  const words = wordsIn(template);
  return words.includes('me') ? [] : words.filter((word) => word !== 'now' && word !== 'value');
}

const told = new WeakMap<Resource, ReadonlySet<string>>();

/** The paths behind references whose values a row tells by itself, in its name and in what is computed; and what leads there. */
function toldBy(resource: Resource): ReadonlySet<string> {
  const known = told.get(resource);
  if (known) return known;
  const paths = new Set<string>();
  const tell = (at: Resource, before: string, template: string): void => {
    for (const word of wordsIn(template)) follow(at, before, word);
  };
  const follow = (at: Resource, before: string, path: string): void => {
    const [name = '', ...rest] = path.split('.');
    paths.add(before + name);
    const field = at.fields[name];
    if (rest.length > 0 && field?.target) follow(resourceNamed(field.target), `${before}${name}.`, rest.join('.'));
    else if (name === '$label') tell(at, before, at.label);
    else if (field?.sql !== undefined) tell(at, before, field.sql);
  };
  const shown = Object.values(resource.fields).filter(({ hidden, writeOnly }) => !hidden && !writeOnly);
  for (const template of [resource.label, resource.hint ?? '', ...shown.map(({ sql }) => sql ?? '')]) {
    tell(resource, '', template);
  }
  told.set(resource, paths);
  return paths;
}
