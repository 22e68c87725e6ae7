import type messages from '../messages/en/application-fields.json';
import { say } from '../messages/say.ts';
import type { Values } from '../messages/speaker.ts';

/** Longest address that may be registered. */
const longest = 2000;

const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Says a problem of one address, by its message. */
type Says = (problem: keyof typeof messages & string, values?: Values) => string;

/** One address per line, without empty lines and repetitions. */
export function addressesIn(lines: string): string[] {
  return [
    ...new Set(
      lines
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter(Boolean),
    ),
  ];
}

/**
 * Says what is wrong with an address that the browser is to be sent to, as a sentence; null when it may be registered:
 * https, http on the person's own machine, or a private scheme that is a reversed domain name (RFC 8252 §7, RFC 9700 §2.1).
 * Addresses are compared as text later, so they have to be written as URL parsers write them.
 */
export function problemWithAddress(address: string): string | null {
  const says: Says = (problem, values = {}) => `${address}: ${say(`application-fields.${problem}`, values)}`;
  if (address.length > longest) return say('application-fields.long', { address: address.slice(0, 40), most: longest });
  if (!/^[\x21-\x7e]+$/.test(address)) return says('ascii');
  if (address.includes('*')) return says('wildcard');
  if (address.includes('#')) return says('fragment');
  if (!/^[a-z][a-z0-9+.-]*:/i.test(address)) return says('scheme');
  const url = URL.parse(address);
  if (!url) return says('no-address');
  if (url.username || url.password || /^[a-z][a-z0-9+.-]*:\/\/[^/?]*@/i.test(address)) {
    return says('no-login');
  }
  return problemWithScheme(url, says) ?? problemWithSpelling(address, url, says);
}

function problemWithScheme(url: URL, says: Says): string | null {
  if (url.protocol === 'https:') return null;
  if (url.protocol === 'http:') {
    return loopbackHosts.has(url.hostname) ? null : says('loopback');
  }
  if (!/^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol)) {
    return says('own-scheme');
  }
  return null;
}

function problemWithSpelling(address: string, url: URL, says: Says): string | null {
  const bare = url.pathname === '/' && !url.search && url.href === `${address}/`;
  return url.href === address || bare ? null : says('write-as', { address: url.href });
}

/**
 * What is wrong with a set of addresses taken together; null when nothing is. As soon as one of them is not https, the
 * application counts as installed on people's machines, and such a one cannot claim https://localhost.
 */
export function problemWithMixture(addresses: readonly string[]): string | null {
  if (addresses.every((address) => address.startsWith('https:'))) return null;
  const claimed = addresses.find((address) => {
    const url = URL.parse(address);
    return url?.protocol === 'https:' && loopbackHosts.has(url.hostname);
  });
  return claimed ? say('application-fields.mixture', { address: claimed }) : null;
}

/** Whether an address has a private scheme, which only installed, public applications have. */
export const isPrivateScheme = (address: string): boolean => !/^https?:/i.test(address);

/**
 * What is wrong with an address of the application's own that this server calls: its keys, where it is told of
 * sign-outs; null when nothing is. https, or http on the same machine.
 */
export function problemWithOwnAddress(address: string): string | null {
  const problem = problemWithAddress(address);
  if (problem) return problem;
  return isPrivateScheme(address) ? say('application-fields.own-https', { address }) : null;
}
