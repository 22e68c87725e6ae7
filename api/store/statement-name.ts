import { createHash } from 'node:crypto';

/** A connection keeps this many statement shapes prepared; rarer ones are planned each time. */
const preparedShapes = 400;
const names = new Map<string, string>();

/** The name under which connections keep a statement prepared; undefined once too many have one. */
export function nameFor(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= preparedShapes) return known;
  const name = `qm_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
  names.set(text, name);
  return name;
}
