import { type Permission, permissions } from '../../../shared/access/roles.ts';
import type { EntityFacts, Resource } from '../../resources/declaration.ts';
import { computed, type Field, isRequired, text } from '../../resources/fields.ts';
import { followed } from '../../resources/followed.ts';
import { resourceNamed } from '../../resources/index.ts';
import { isWritable } from '../../store/validation.ts';
import { offeredAt } from '../rest/spelling.ts';
import { type Link, linksOf } from './links.ts';
import { camelCase, pascalCase } from './names.ts';

/** One field as entities spell it; references and sets become `{key}Id` and `{key}Name`, `{key}Ids` and `{key}Names`. */
export interface Key {
  readonly key: string;
  readonly name: string;
  readonly field: Field;
  readonly writable: boolean;
  readonly required: boolean;
  /** What the reference or set leads to. */
  readonly target: Resource | null;
}

/** Keys of an answer that show a field. */
export function shownKeys({ key, field }: Pick<Key, 'key' | 'field'>): string[] {
  if (field.kind === 'reference') return [`${key}Id`, `${key}Name`];
  return field.kind === 'many' ? [`${key}Ids`, `${key}Names`] : [key];
}

/** A resource as `/api/v1/` speaks it, worked out at start-up. */
export interface Entity {
  readonly name: string;
  /** All its names, the first being `name`. */
  readonly names: readonly string[];
  /** The declared resource, with the computed fields that only this face shows. */
  readonly resource: Resource;
  readonly keys: readonly Key[];
  readonly offers: readonly Permission[];
  /** Keys that an answer holds whatever is selected. */
  readonly always: ReadonlySet<string>;
  /** Relations that lead to other rows, by the name that paths have for them. */
  readonly links: ReadonlyMap<string, Link>;
}

/** Field by which an entity says whether the asking person follows it. */
const isFollowed = 'is_followed';

/** The resource with what entities show beside its own fields: a name, whether it is followed, and declared ones. */
function extended(resource: Resource, entities: readonly EntityFacts[]): Resource {
  const { entity = {}, fields } = resource;
  const more = typeof entity.more === 'function' ? entity.more(entities) : entity.more;
  const named = Object.keys({ ...fields, ...more }).some((name) => keyOf(resource, name) === 'name');
  return {
    ...resource,
    fields: {
      ...(!named && { name: computed(text({ help: 'What people call it.' }), resource.label) }),
      ...fields,
      ...more,
      [isFollowed]: followed(resource.name),
    },
  };
}

const keyOf = ({ entity }: Resource, name: string): string => entity?.rename?.[name] ?? camelCase(name);

function keysOf(resource: Resource): Key[] {
  const omitted = new Set(resource.entity?.omit);
  const keys = Object.entries(resource.fields)
    .filter(([name, field]) => !field.hidden && !field.aside && !omitted.has(name))
    .map(([name, field]): Key => {
      const target = field.target ? resourceNamed(field.target) : null;
      const writable = isWritable(field);
      return { key: keyOf(resource, name), name, field, writable, required: writable && isRequired(field), target };
    });
  // The name that goes with a reference is the one that keeps its key.
  const ofPairs = new Set(keys.filter(({ target }) => target).flatMap(shownKeys));
  return keys.filter(({ key, target }) => target || !ofPairs.has(key));
}

/** Fields as a caller may read them: what is only taken is not among them. */
export const isShown = ({ field }: Key): boolean => !field.writeOnly && !field.inputOnly;

const namesOf = ({ name, entity = {} }: Resource): [string, ...string[]] => [
  entity.name ?? pascalCase(name),
  ...(entity.also ?? []),
];

const offersOf = ({ entity, rest }: Resource): readonly Permission[] =>
  entity?.offers ?? permissions.filter((one) => rest.some((spelling) => offeredAt(spelling).includes(one)));

/** Every declared resource as an entity. */
export class Entities {
  readonly all: readonly Entity[];
  readonly #byName: ReadonlyMap<string, Entity>;
  readonly #byResource: ReadonlyMap<string, Entity>;

  constructor(resources: readonly Resource[]) {
    const facts = resources.map((resource) => ({ resource, names: namesOf(resource), offers: offersOf(resource) }));
    const spelled = facts.map(({ resource: declared, names, offers }) => {
      const resource = extended(declared, facts);
      const [name] = names;
      return {
        name,
        names,
        resource,
        keys: keysOf(resource),
        offers,
        always: new Set(['id', 'name', ...(declared.entity?.always ?? [])]),
      };
    });
    this.all = spelled.map((entity) => ({ ...entity, links: linksOf(entity, spelled) }));
    this.#byName = new Map(this.all.flatMap((entity) => entity.names.map((name) => [name, entity] as const)));
    this.#byResource = new Map(this.all.map((entity) => [entity.resource.name, entity]));
  }

  named(name: string): Entity | undefined {
    return this.#byName.get(name);
  }

  of(resource: Pick<Resource, 'name'>): Entity {
    const found = this.#byResource.get(resource.name);
    if (!found) throw new Error(`${resource.name} is not among the entities`);
    return found;
  }
}
