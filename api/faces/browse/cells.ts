import { basename } from 'node:path';
import { type Moment, moment } from '../../../shared/pages/moment.ts';
import { choiceWord } from '../../messages/declared.ts';
import { say } from '../../messages/say.ts';
import type { Resource } from '../../resources/declaration.ts';
import type { Field } from '../../resources/fields.ts';
import { resourceNamed } from '../../resources/index.ts';
import { type Key, linkPathOf, listPathOf, type Spelled } from '../rest/spelling.ts';
import type { Labels } from './labels.ts';

/** One value as a page shows it. */
export type Cell =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'word'; readonly text: string; readonly tone: 'good' | '' }
  | { readonly kind: 'moment'; readonly at: Moment }
  | { readonly kind: 'links'; readonly links: readonly { readonly href: string; readonly text: string }[] };

/** A row of an answer: keys of the wire to values. */
export type Shown = Readonly<Record<string, unknown>>;

/** The number that an id, or the last part of a link, names; null for anything else. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  const id = typeof value === 'string' ? /(\d+)\/?$/.exec(value)?.[1] : undefined;
  return id ? Number(id) : null;
}

/** The list that links to a resource lead to from a page of this style. */
export function pathFor(target: Resource, style: Spelled['spelling']['style']): string {
  const same = target.rest.find((spelling) => spelling.style === style);
  return same ? listPathOf(same) : linkPathOf(target);
}

/** Reads the labels of all that the rows refer to: one query for each resource at the other ends. */
export async function referencedLabels(
  { keys }: Spelled,
  rows: readonly Shown[],
  labels: Labels,
): Promise<ReadonlyMap<string, ReadonlyMap<number, string>>> {
  const ids = new Map<string, number[]>();
  for (const { key, field } of keys) {
    if (!field.target) continue;
    const found = rows.flatMap((row) => [row[key]].flat()).map(numberOf);
    ids.set(field.target, [...(ids.get(field.target) ?? []), ...found.filter((id) => id !== null)]);
  }
  const read = [...ids].map(
    async ([target, found]) => [target, await labels.of(resourceNamed(target), found)] as const,
  );
  return new Map(await Promise.all(read));
}

/** How a value is shown; references by what they are called. */
export function cellOf(
  { field }: Key,
  value: unknown,
  style: Spelled['spelling']['style'],
  labels: ReadonlyMap<string, ReadonlyMap<number, string>>,
  timeZone: string,
): Cell {
  if (value === null || value === undefined || value === '') return { kind: 'nothing' };
  if (field.target) return linksTo(field.target, [value].flat(), style, labels);
  if (field.file) return { kind: 'links', links: [{ href: String(value), text: basename(String(value)) }] };
  switch (field.kind) {
    case 'boolean':
      return value ? { kind: 'word', text: say('browse.yes'), tone: 'good' } : { kind: 'text', text: say('browse.no') };
    case 'choice':
      return { kind: 'word', text: choiceWord(field.choices?.[String(value)] ?? String(value)), tone: '' };
    case 'timestamp':
      return momentCell(String(value), timeZone);
    case 'text':
      return textCell(String(value));
    default:
      return typeof value === 'object' ? jsonCell(value) : { kind: 'text', text: String(value) };
  }
}

function linksTo(
  target: string,
  values: readonly unknown[],
  style: Spelled['spelling']['style'],
  labels: ReadonlyMap<string, ReadonlyMap<number, string>>,
): Cell {
  const path = pathFor(resourceNamed(target), style);
  const ids = values.map(numberOf).filter((id) => id !== null);
  if (ids.length === 0) return { kind: 'nothing' };
  return {
    kind: 'links',
    links: ids.map((id) => ({
      href: `${path}${id}/`,
      text: labels.get(target)?.get(id) ?? say('browse.number-of', { number: String(id) }),
    })),
  };
}

/** InvenTree's spelling prints minutes in the zone of the server, without saying so: the page says it. */
function momentCell(text: string, timeZone: string): Cell {
  if (!text.includes('T')) return { kind: 'text', text: `${text} ${timeZone}` };
  return { kind: 'moment', at: moment(new Date(text), timeZone) };
}

function textCell(text: string): Cell {
  // Only these lead somewhere; `javascript:` and the like stay text.
  if (/^https?:\/\/\S+$/.test(text)) return { kind: 'links', links: [{ href: text, text }] };
  return { kind: 'text', text };
}

function jsonCell(value: object): Cell {
  if (Array.isArray(value) && value.length === 0) return { kind: 'nothing' };
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) {
    return { kind: 'text', text: value.join(', ') };
  }
  return { kind: 'code', text: JSON.stringify(value) };
}

/** Whether a field of this kind reads best at the right edge. */
export const isAmount = ({ kind }: Field): boolean => kind === 'integer' || kind === 'decimal';
