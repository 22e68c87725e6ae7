import type { Resource } from './declaration.ts';

/** What clients that address collections call a resource: `hosts`, `part_categories`. */
export function pluralOf({ name, plural }: Pick<Resource, 'name' | 'plural'>): string {
  if (plural) return plural;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}
