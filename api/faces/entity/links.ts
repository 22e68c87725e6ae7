import type { Resource } from '../../resources/declaration.ts';
import { columnOf } from '../../resources/fields.ts';
import { pluralOf } from '../../resources/plural.ts';
import { camelCase, capitalized } from './names.ts';
import type { Entity, Key } from './spelling.ts';

/**
 * A relation from an entity's row to others. `own`: by a reference or set of its own. `back`: by one of the rows at the
 * other end, which is then what linking changes.
 */
export interface Link {
  readonly name: string;
  readonly from: 'own' | 'back';
  /** The resource at the other end, as its entity has it. */
  readonly target: Resource;
  /** The resource that holds the reference or set, and its field. */
  readonly holder: Resource;
  readonly field: string;
  readonly several: boolean;
  /** Whether a client may link and unlink. */
  readonly writable: boolean;
}

type Unlinked = Omit<Entity, 'links'>;

/** Words that stand in the place of a link in paths. */
const reserved: ReadonlySet<string> = new Set(['relation', 'stream', 'subscription', 'action', 'layout']);

/** The relations of an entity: its own references and sets, and those of others that lead here. */
export function linksOf(entity: Unlinked, all: readonly Unlinked[]): ReadonlyMap<string, Link> {
  const links = new Map<string, Link>();
  const changes = ({ offers }: Unlinked) => offers.includes('change');
  for (const { key, name, field, writable, target: declared } of entity.keys) {
    const target = all.find(({ resource }) => resource.name === declared?.name)?.resource;
    if (!target) continue;
    const several = field.kind === 'many';
    const facts = { name: key, from: 'own', target, holder: entity.resource, field: name, several } as const;
    links.set(key, { ...facts, writable: writable && changes(entity) });
  }
  const taken = new Set([...reserved, ...links.keys(), ...entity.keys.map(({ key }) => key)]);
  for (const { name, several, ...back } of all.flatMap((other) => backLinks(entity, other, changes(other)))) {
    const free = taken.has(name) ? several : name;
    if (taken.has(free)) continue;
    taken.add(free);
    links.set(free, { ...back, name: free, several: true });
  }
  return links;
}

/** What another entity's fields that lead here are called from here: `racks`; `hostsByVmHost` where that is not clear. */
function backLinks(entity: Unlinked, other: Unlinked, changeable: boolean) {
  const leading = leadingFrom(other).filter(({ target }) => target?.name === entity.resource.name);
  const spelling = other.resource.entity;
  const word = other.name.charAt(0).toLowerCase() + other.name.slice(1);
  const plural = spelling?.name ? pluralOf({ name: word }) : camelCase(pluralOf(other.resource));
  return leading.map(({ key, name, writable }) => {
    const exact = `${plural}By${capitalized(key)}`;
    return {
      name: leading.length > 1 || other.resource.name === entity.resource.name ? exact : plural,
      several: exact,
      from: 'back' as const,
      target: other.resource,
      holder: other.resource,
      field: name,
      writable: writable && changeable,
    };
  });
}

const known = new WeakMap<Unlinked, readonly Key[]>();

/** The references and sets of an entity that are stored; each other entity asks for them. */
function leadingFrom(entity: Unlinked): readonly Key[] {
  const found = known.get(entity) ?? entity.keys.filter(({ target, name, field }) => target && stored(name, field));
  known.set(entity, found);
  return found;
}

const stored = (name: string, field: Key['field']): boolean => columnOf(name, field) !== null || field.kind === 'many';
