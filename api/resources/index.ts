import { booking } from './booking/index.ts';
import { companies } from './companies/index.ts';
import type { Resource } from './declaration.ts';
import { inventory } from './inventory/index.ts';
import { live } from './live/index.ts';
import { loans } from './loans/index.ts';
import { notices } from './notices/index.ts';
import { partFacts } from './part-facts/index.ts';
import { parts } from './parts/index.ts';
import { people } from './people/index.ts';

/** Every declared resource, in the order of the API root. Each area has an index of its own. */
export const resources: readonly Resource[] = [
  ...inventory,
  ...booking,
  ...people,
  ...parts,
  ...companies,
  ...partFacts,
  ...live,
  ...loans,
  ...notices,
];

const byName = new Map(resources.map((one) => [one.name, one]));

/** The declared resource of that name. */
export function resourceNamed(name: string): Resource {
  const found = byName.get(name);
  if (!found) throw new Error(`No resource is declared as ${name}`);
  return found;
}
