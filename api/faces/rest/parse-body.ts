import { say } from '../../messages/say.ts';
import type { Row } from '../../resources/declaration.ts';
import { resourceNamed } from '../../resources/index.ts';
import { Invalid } from '../../store/refusals.ts';
import { listPathOf, type Spelled } from './spelling.ts';

/**
 * A write's body as field names to raw values. Keys that this spelling doesn't take are left out; keys that the
 * resource does not know are kept for its own reading (`serial_numbers`). What every row of the path has is put in.
 * @throws Invalid naming the key
 */
export function parseBody(spelled: Spelled, body: unknown): Row {
  if (body === undefined || body === null || body === '') return { ...spelled.spelling.only };
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw new Invalid({ non_field_errors: ['Invalid data. A JSON object is required.'] });
  }
  const given: Row = {};
  const taken = new Set<string>([spelled.idKey]);
  const errors: Record<string, string[]> = {};
  for (const { key, name, field, writable } of spelled.keys) {
    taken.add(key).add(name);
    const raw = (body as Row)[key];
    if (!writable || raw === undefined) continue;
    if (spelled.spelling.style === 'hyperlinked' && field.target && raw !== null && raw !== '') {
      const read =
        field.kind === 'many' && Array.isArray(raw)
          ? raw.map((one) => idOfLink(field.target, one))
          : idOfLink(field.target, raw);
      if (read === null || (Array.isArray(read) && read.includes(null))) {
        errors[key] = [typeof raw === 'string' ? say('values.no-target') : say('values.link')];
      } else given[name] = read;
    } else given[name] = raw;
  }
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
  for (const [key, raw] of Object.entries(body)) {
    if (!taken.has(key) && !Object.hasOwn(spelled.resource.fields, key)) given[key] = raw;
  }
  return { ...given, ...spelled.spelling.only };
}

/** The id that a hyperlink (absolute, or a path alone) names; null when it is not a link to that resource. */
function idOfLink(target: string | undefined, raw: unknown): number | null {
  if (typeof raw !== 'string' || !target) return null;
  const path = /^https?:\/\/[^/]+(\/.*)$/.exec(raw.trim())?.[1] ?? raw.trim();
  for (const spelling of resourceNamed(target).rest) {
    const list = listPathOf(spelling);
    const id = path.startsWith(list) ? /^(\d{1,10})\/?$/.exec(path.slice(list.length))?.[1] : undefined;
    if (id) return Number(id);
  }
  return null;
}

/** The wire names of what the store refused by field names. */
export function wireErrors(spelled: Spelled, fields: Invalid['fields']): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, texts]) => [
      name === '*' ? 'non_field_errors' : (spelled.keys.find((one) => one.name === name)?.key ?? name),
      texts,
    ]),
  );
}
