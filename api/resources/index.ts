import type { Resource } from './declaration.ts';

/** Every declared resource, in the order of the API root. Each area has an index of its own. */
export const resources: readonly Resource[] = [];

const byName = new Map(resources.map((one) => [one.name, one]));

/** The declared resource of that name. */
export function resourceNamed(name: string): Resource {
  const found = byName.get(name);
  if (!found) throw new Error(`No resource is declared as ${name}`);
  return found;
}
