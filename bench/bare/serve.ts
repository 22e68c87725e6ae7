import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import pg from 'pg';

/** One thing that a bare server answers: a request, a statement, and the text around what the statement finds. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** The whole path with its query; or, with `byId`, all of it before the number. */
  readonly path: string;
  readonly byId?: true;
  /** Keys of the body that are the statement's parameters. */
  readonly keys?: readonly string[];
  readonly name: string;
  readonly sql: string;
  /** A second statement that counts, where the answer tells how many there are. */
  readonly count?: string;
  /** Whether the answer holds one row, not an array. */
  readonly one?: true;
  /** `«rows»` and `«count»` stand for what was found. */
  readonly envelope: string;
}

/** What turns a statement's answer into text. */
export type Print = (rows: readonly Record<string, unknown>[], one: boolean) => string;

/**
 * A server of nothing but `node:http` and `pg`: what a request costs when nobody is asked who they are. It reads its
 * routes from the environment, and says where it listens.
 */
export function serve(print: Print): void {
  const { databaseUrl, routes } = JSON.parse(process.env.BARE ?? '') as { databaseUrl: string; routes: Route[] };
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10, options: '-c timezone=UTC -c jit=off' });
  const exact = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  const byId = routes.filter((route) => route.byId);

  async function answer(request: IncomingMessage): Promise<{ status: number; text: string }> {
    const { method, url = '' } = request;
    let route = exact.get(`${method} ${url}`);
    let values: unknown[] = [];
    if (!route) {
      route = byId.find((one) => one.method === method && url.startsWith(one.path));
      values = [Number(url.slice(route?.path.length, -1))];
    }
    if (!route) return { status: 404, text: '{}' };
    if (route.keys) {
      const body = (await json(request)) as Record<string, unknown>;
      values = route.keys.map((key) => body[key]);
    }
    const { name, sql, count, one = false, envelope } = route;
    const [found, counted] = await Promise.all([
      pool.query({ name, text: sql, values }),
      count ? pool.query({ name: `${name}_count`, text: count }) : null,
    ]);
    const rows = print(found.rows, one);
    const text = envelope.replace('«rows»', () => rows).replace('«count»', () => String(counted?.rows[0]?.count));
    return { status: method === 'POST' ? 201 : 200, text };
  }

  const server = createServer(async (request, response) => {
    const { status, text } = await answer(request).catch((error: Error) => ({ status: 500, text: error.message }));
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  });
  server.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ listening: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
  });
}
