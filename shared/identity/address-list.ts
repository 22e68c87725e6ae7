import ipaddr from 'ipaddr.js';
import { say } from '../messages/say.ts';

/** Most networks that one list holds. */
export const mostNetworks = 50;

/**
 * Reads a list of addresses and networks (`10.1.2.0/24`, `2001:db8::/32`, `192.0.2.7`), however it is parted.
 * @returns each network once as CIDR, its host bits zero
 * @throws Error whose message names the one that is wrong
 */
export function readAddressList(written: string): string[] {
  const parts = written.split(/[\s,;]+/).filter(Boolean);
  if (parts.length > mostNetworks) throw new Error(say('errors.too-many-addresses', { most: mostNetworks }));
  return [...new Set(parts.map(readNetwork))];
}

function readNetwork(written: string): string {
  try {
    const whole = ipaddr.isValid(written) && !written.includes('/');
    const [address, bits] = ipaddr.parseCIDR(
      whole ? `${written}/${ipaddr.parse(written).kind() === 'ipv4' ? 32 : 128}` : written,
    );
    const kind = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
    // «10.1» and «0x0a000001» are addresses to some programs; nobody means them here.
    if (address.kind() === 'ipv4' && !/^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(written)) throw new Error();
    return `${kind.networkAddressFromCIDR(`${address}/${bits}`)}/${bits}`;
  } catch {
    throw new Error(say('errors.no-network', { written: written.slice(0, 50) }));
  }
}

/** Whether an address lies in one of the networks. IPv4 inside IPv6 counts as itself; an unknown address lies in none. */
export function isInNetworks(networks: readonly string[], address: string | null): boolean {
  if (!address || !ipaddr.isValid(address)) return false;
  const plain = ipaddr.process(address);
  return networks.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(network);
    return base.kind() === plain.kind() && plain.match(base, bits);
  });
}
