import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Sent {
  readonly method: string;
  /** As it stands in the request line. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Sends what `fetch` would refuse to. Rejects when nothing is answered within `patience` milliseconds. */
export function send(url: string, { method, path, headers, body }: Sent, patience = 15_000): Promise<Answered> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, agent, method, path, headers, timeout: patience }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${patience} ms`)));
    outgoing.on('error', reject);
    outgoing.end(body ?? undefined);
  });
}

/** What an answer tells of our insides, if it does: a stack, a file, SQL, a message of PostgreSQL's or a driver's. */
export function leakIn(text: string): string | null {
  const found =
    /^\s*at .+:\d+:\d+|\/(?:node_modules|api|idp|shared)\/[\w/-]+\.ts|node:internal|\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM) (?:"|\w+ (?:FROM|SET|WHERE))|invalid input syntax|violates .* constraint|relation "|TypeError|RangeError|ECONN/m.exec(
      text,
    );
  return found?.[0] ?? null;
}
