import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, type GivenConfig } from '../config.ts';
import { sendJson } from './probes.ts';

/** A port that is taken before there is anything to serve: until then it answers that it is starting. */
export interface Door {
  readonly port: number;
  /** From now on requests go to `service`. */
  open(service: RequestListener): void;
  /** Takes no new requests, and waits for those in flight as long as `seconds` allow. */
  close(seconds: number): Promise<void>;
}

const starting: RequestListener = (request, response) =>
  request.url === '/healthz'
    ? sendJson(response, 200, { status: 'alive' })
    : sendJson(response, 503, { detail: 'Starting. Try again in a moment.' });

/** @throws ConfigError naming PORT or HOST when they can't be listened on */
export async function listen({ host, port }: Pick<GivenConfig, 'host' | 'port'>): Promise<Door> {
  let service = starting;
  const server = createServer((request, response) => service(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, host, port)));
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    open(opened) {
      service = opened;
    },
    close: (seconds) => drain(server, seconds),
  };
}

function explained(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigError(`PORT ${port} is in use on ${host}: stop what listens there, or set another`);
    case 'EACCES':
      return new ConfigError(`PORT ${port} may not be used by this user`);
    default:
      return new ConfigError(`HOST ${host} can not be listened on: ${error.message}`);
  }
}

async function drain(server: Server, seconds: number): Promise<void> {
  const giveUpAt = Date.now() + seconds * 1000;
  let closed = false;
  server.close(() => {
    closed = true;
  });
  while (!closed && Date.now() < giveUpAt) {
    // A connection that was kept alive for a next request gets none.
    server.closeIdleConnections();
    await sleep(25);
  }
  server.closeAllConnections();
}
