import type { Configuration } from 'oidc-provider';

type Fetch = NonNullable<Configuration['fetch']>;

/**
 * How the provider calls addresses that applications registered. The library's dispatcher refuses those in private
 * networks, whatever a name resolves to; hosts that the configuration names are called all the same.
 */
export function outgoing(privateHosts: readonly string[]): Fetch {
  const named = new Set(privateHosts);
  return (address, options) => {
    const { host, hostname } = new URL(address);
    if (!named.has(host) && !named.has(hostname)) return fetch(address, options as RequestInit);
    const { dispatcher: _, ...rest } = options as RequestInit & { dispatcher?: unknown };
    return fetch(address, rest);
  };
}
