import { Invalid } from '../../../store/refusals.ts';
import { NotALiteral, readPythonLiterals } from './python-literal.ts';

/** One item of a `where` as a client sent it, decoded and not yet understood. */
export type Item = Readonly<Record<string, unknown>>;

/**
 * Decodes a `where` in any of its encodings: PHP brackets (parsed by the query string's reader), JSON, JSON whose items
 * are texts of JSON, and Python literals with commas between.
 * @throws Invalid when it is none of them
 */
export function readWhere(raw: unknown): Item[] {
  if (raw === undefined || raw === null || raw === '') return [];
  if (typeof raw !== 'string') return listOf(raw).map(itemOf);
  const decoded = fromJson(raw) ?? fromPython(raw);
  return (Array.isArray(decoded) ? decoded : [decoded]).map(itemOf);
}

/** A list as brackets encode it: an array, or an object whose keys are numbers. */
export function listOf(raw: unknown): unknown[] {
  if (Array.isArray(raw)) return raw;
  if (typeof raw !== 'object' || raw === null) return [raw];
  const keys = Object.keys(raw);
  return keys.length > 0 && keys.every((key) => /^\d+$/.test(key)) ? Object.values(raw) : [raw];
}

function itemOf(raw: unknown): Item {
  const item = typeof raw === 'string' ? decodedItem(raw) : raw;
  const one = Array.isArray(item) && item.length === 1 ? item[0] : item;
  if (typeof one !== 'object' || one === null || Array.isArray(one)) {
    throw invalidWhere('Each item must be an object with a type.');
  }
  return one as Item;
}

/** A text may hold the text of an item: Swagger’s pages put quotes round each. */
function decodedItem(text: string): unknown {
  const item = fromJson(text) ?? fromPython(text);
  return typeof item === 'string' ? (fromJson(item) ?? fromPython(item)) : item;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

function fromPython(text: string): unknown {
  try {
    const values = readPythonLiterals(text);
    return values.length === 1 && Array.isArray(values[0]) ? values[0] : values;
  } catch (error) {
    if (error instanceof NotALiteral) throw invalidWhere(`It is neither JSON nor Python: ${error.message}.`);
    throw error;
  }
}

export const invalidWhere = (says: string): Invalid => new Invalid({ where: [says] });
