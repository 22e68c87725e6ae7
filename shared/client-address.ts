import { isIP } from 'node:net';
import type Koa from 'koa';

/**
 * Makes `ctx.ip` an IP address whatever a client or proxy wrote into `X-Forwarded-For`: without port, brackets and zone,
 * and the connection's own where the header holds none. Addresses are counted by and stored as addresses.
 */
export function readAddresses(app: Koa): void {
  Object.defineProperty(app.request, 'ip', {
    configurable: true,
    get(this: Koa.Request): string {
      return plainAddress(this.ips[0]) ?? plainAddress(this.socket.remoteAddress) ?? '';
    },
  });
}

/** `[2001:db8::1]:443`, `10.0.0.1:8080` and `fe80::1%eth0` without what is more than the address; null when none is there. */
export function plainAddress(written: string | undefined): string | null {
  const [, bracketed, withPort] = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(written ?? '') ?? [];
  const address = (bracketed ?? withPort ?? written ?? '').replace(/%.*$/, '');
  return isIP(address) ? address : null;
}
