import { isIP } from 'node:net';

/**
 * An IP address as PostgreSQL's `inet` takes it, IPv4 as itself when it came inside IPv6; null for what is none, such as
 * words that somebody wrote into `X-Forwarded-For`.
 */
export function plainAddress(address: string | null): string | null {
  // A link-local address names its interface: fe80::1%eth0.
  const plain = address?.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  return isIP(plain) ? plain : null;
}
