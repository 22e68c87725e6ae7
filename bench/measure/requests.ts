import type { ServiceProcess } from '../../test/harness/service-process.ts';
import type { Load } from '../load/load.ts';
import { compare, type Measured, type Rounds } from './compare.ts';

/** Measures several kinds of requests beside each other: by name, the server and the load on it. */
export async function compareRequests<Name extends string>(
  what: string,
  requests: Readonly<Record<Name, { readonly server: ServiceProcess; readonly load: () => Omit<Load, 'url'> }>>,
  rounds: Rounds,
): Promise<Record<Name, Measured>> {
  const named = Object.entries(requests) as [Name, (typeof requests)[Name]][];
  const measured = await compare(
    what,
    named.map(([name, { server, load }]) => ({
      name,
      pid: server.child.pid,
      load: () => ({ url: server.url, ...load() }),
    })),
    rounds,
  );
  return Object.fromEntries(measured.map((one) => [one.name, one])) as Record<Name, Measured>;
}
