import type { Resource } from '../resources/declaration.ts';
import type { Field } from '../resources/fields.ts';
import { resourceNamed } from '../resources/index.ts';
import { literal } from './projection.ts';
import type { Sight } from './sight.ts';
import { fieldAt, Statement, wordsIn } from './statement.ts';
import { isReadable } from './within-sight.ts';

/** A resource to look through, how far the caller sees into it, and the paths where words are looked for. */
export interface Scope {
  readonly resource: Resource;
  readonly ownOnly: boolean;
  readonly paths: readonly string[];
}

/** Where a search looks: at what is declared, as far as the caller may read it. */
export const scopeOf = (resource: Resource, ownOnly: boolean, sight: Sight): Scope => ({
  resource,
  ownOnly,
  paths: resource.search.filter((path) => isReadable(resource, path, sight)),
});

/** What search looks through behind one reference. */
export interface Behind {
  /** The field that leads there. */
  readonly reference: string;
  /** Paths from its other end. */
  readonly paths: readonly string[];
}

/** What search looks through, as it is looked up: a row's own fields at once, then what lies behind each reference. */
export interface Searched {
  readonly own: readonly string[];
  readonly behind: readonly Behind[];
}

/** Divides paths into own fields and those behind references. */
export function dividePaths(paths: readonly string[]): Searched {
  const behind = new Map<string, string[]>();
  for (const path of paths) {
    const dot = path.indexOf('.');
    if (dot < 0) continue;
    const reference = path.slice(0, dot);
    behind.set(reference, [...(behind.get(reference) ?? []), path.slice(dot + 1)]);
  }
  return {
    own: paths.filter((path) => !path.includes('.')),
    behind: [...behind].map(([reference, rest]) => ({ reference, paths: rest })),
  };
}

/** All that may be looked through in a resource. */
const searchedOf = (resource: Resource): Searched => dividePaths(resource.search);

/** The text that search reads at a path, as SQL; null where the row has none. */
function textAt(statement: Statement, path: string): string {
  const sql = statement.path(path);
  switch (fieldAt(statement.resource, path)?.kind) {
    case 'texts':
      return `array_to_string(${sql}, ' ')`;
    case 'address':
      return `host(${sql})`;
    case 'text':
      return sql;
    default:
      return `${sql}::text`;
  }
}

/** The text that a row is found by, as `search_text` would keep it, with what stands behind references. */
export const searchTextOf = (statement: Statement, paths: readonly string[]): string =>
  `search_text(ARRAY[${paths.map((path) => `(${textAt(statement, path)})::text`).join(', ')}]::text[])`;

/** What a table keeps as `search_text`, over its bare columns: a migration makes it, and a test compares the two. */
export function ownTextSql(resource: Resource): string {
  const statement = new Statement(resource);
  const lists: string[] = [];
  const texts: string[] = [];
  for (const path of searchedOf(resource).own) {
    const list = fieldAt(resource, path)?.kind === 'texts';
    if (list) lists.push(statement.path(path));
    else texts.push(textAt(statement, path));
  }
  return `search_text(${[`ARRAY[${texts.join(', ')}]`, ...lists].join(' || ')})`.replaceAll(`${statement.alias}.`, '');
}

/** What else a row is found by than its label, in one line. */
export function describedBy(statement: Statement, paths: readonly string[]): string {
  const { label, fields } = statement.resource;
  const told = new Set(wordsIn(label).flatMap((word) => [word, ...wordsIn(fields[word]?.sql ?? '')]));
  const texts = paths.filter((path) => !told.has(path)).map((path) => `nullif(${textAt(statement, path)}, '')`);
  return texts.length > 0 ? `concat_ws(${literal(' · ')}, ${texts.join(', ')})` : `''`;
}

/** Fields behind the same references (`''`: none), as search asks for them: each alone, and where their table keeps its text. */
export interface Place {
  readonly each: readonly string[];
  /** SQL of the kept text; null where there is none, or it knows nothing of some of the fields. */
  readonly kept: string | null;
  /** Whether the kept text holds other fields as well. */
  readonly more: boolean;
}

/** Where to look for fields, all behind the same references. */
export function placeOf(statement: Statement, prefix: string, names: readonly string[]): Place {
  const resource = prefix === '' ? statement.resource : resourceAt(statement.resource, prefix);
  const before = prefix === '' ? '' : `${prefix}.`;
  const each = names.map((name) => `lower(${textAt(statement, before + name)})`);
  const { own } = searchedOf(resource);
  if (!resource.searchText || !names.every((name) => own.includes(name))) return { each, kept: null, more: false };
  const kept = statement.path(`${before}id`).replace(/id$/, 'search_text');
  return { each, kept, more: !own.every((name) => names.includes(name)) };
}

/** SQL that holds when `test` holds for any of the fields; an index on the kept text narrows the rows down first. */
export function testAt({ each, kept, more }: Place, test: (text: string) => string): string {
  const any = `(${each.map(test).join(' OR ') || 'false'})`;
  if (kept === null) return any;
  return more ? `(${test(kept)} AND ${any})` : test(kept);
}

/** Whether a word can stand in a field at all: an address has no other letters than those of numbers. */
export const mayHold = (field: Field | undefined, word: string): boolean =>
  !(field && addresses.has(field.kind)) || /^[\da-f:./]+$/i.test(word);

const addresses: ReadonlySet<string> = new Set(['address', 'interface', 'network', 'mac']);

/** Paths by the references before their last name: `host.hardware.name` is a `name` behind `host.hardware`. */
export function byPrefix(paths: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const dot = path.lastIndexOf('.');
    const prefix = path.slice(0, Math.max(dot, 0));
    groups.set(prefix, [...(groups.get(prefix) ?? []), path.slice(dot + 1)]);
  }
  return groups;
}

/** The resource that references lead to. */
export function resourceAt(resource: Resource, prefix: string): Resource {
  return prefix.split('.').reduce((at, name) => resourceNamed(at.fields[name]?.target ?? ''), resource);
}
