import type { Condition } from '../../store/query.ts';
import { Invalid } from '../../store/refusals.ts';
import { readBoolean } from '../../store/values.ts';
import type { Parameters } from './parse-query.ts';
import type { Spelled } from './spelling.ts';

/** What a search means beside «all these words, anywhere»: InvenTree's flags. */
const flags = ['search_regex', 'search_whole', 'search_notes'] as const;
const longest = 200;
const mostWords = 20;

/** Conditions for a search with flags: words as regular expressions, or whole, or in the notes too; null without flags. */
export function flaggedSearch({ resource }: Spelled, parameters: Parameters): Condition[] | null {
  const [regex, whole, notes] = flags.map((name) => isTrue(parameters[name] ?? ''));
  if (!regex && !whole && !notes) return null;
  const words = (parameters.search ?? '').split(/\s+/).filter(Boolean).slice(0, mostWords);
  if (words.some((word) => word.length > longest)) {
    throw new Invalid({ search: [`A pattern may have at most ${longest} characters.`] });
  }
  const beside = notes && resource.fields.notes ? ['notes'] : [];
  return words.map((word) => {
    const pattern = regex ? `(?:${word})` : word.replace(/[^\p{L}\p{N}_]/gu, '\\$&');
    const value = whole ? `\\y${pattern}\\y` : pattern;
    return { op: 'anywhere', match: 'regex', value, beside };
  });
}

const isTrue = (raw: string): boolean => {
  const read = readBoolean(raw);
  return 'value' in read && read.value === true;
};
