import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** A line to a database that a test can cut, or let go silent, and mend. */
export interface Wire {
  /** The database's address through it. */
  readonly databaseUrl: string;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  /** Swallows whatever comes, on every connection, without a word. */
  hush(): void;
  mend(): void;
  /** Leads new connections to another server; those that there are stay. */
  lead(databaseUrl: string): void;
  close(): Promise<void>;
}

export async function wireTo(databaseUrl: string): Promise<Wire> {
  let target = new URL(databaseUrl);
  let state: 'up' | 'cut' | 'silent' = 'up';
  const ends = new Set<Socket>();
  const keep = (socket: Socket) => {
    ends.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => ends.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    keep(far);
    near.on('data', (bytes) => state === 'silent' || far.write(bytes));
    far.on('data', (bytes) => state === 'silent' || near.write(bytes));
    near.on('close', () => far.destroy());
    far.on('close', () => state === 'silent' || near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const through = new URL(databaseUrl);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as AddressInfo).port);
  const breakAll = () => {
    for (const socket of ends) socket.destroy();
  };
  return {
    databaseUrl: through.href,
    cut() {
      state = 'cut';
      breakAll();
    },
    hush() {
      state = 'silent';
    },
    mend() {
      // Whoever was hushed has lost bytes: such a connection is of no use any more.
      if (state === 'silent') breakAll();
      state = 'up';
    },
    lead(elsewhere) {
      target = new URL(elsewhere);
    },
    async close() {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
