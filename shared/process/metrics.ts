import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { sameSecret, sha256 } from '../identity/secrets.ts';
import type { Reads } from '../replica/reads.ts';
import type { Services } from '../services.ts';
import type { Place } from './place.ts';

/** What a process measures of itself, and how Prometheus reads it: of several on one port, all together. */
export interface Metrics {
  /** Measures a request from now to the end of its answer. */
  observe(request: IncomingMessage, response: ServerResponse): void;
  /** Answers `GET /metrics`. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export function openMetrics({ config, pool, reads, events }: Services, place: Place | null): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  place?.measuredIn(register);
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to the end of its answer.',
    labelNames: ['method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [register],
  });
  const watched = new Map<string, Histogram.Internal<'method' | 'status'>>();
  const durationOf = (method: string, status: string) => {
    const found = watched.get(`${method} ${status}`) ?? duration.labels(method, status);
    watched.set(`${method} ${status}`, found);
    return found;
  };
  const gauge = (name: string, help: string, read: () => number, aggregator: 'sum' | 'max' = 'sum') =>
    new Gauge({
      name,
      help,
      aggregator,
      registers: [register],
      collect() {
        this.set(read());
      },
    });
  gauge('database_connections', 'Open connections for prepared reads.', () => pool.totalCount);
  gauge('database_connections_idle', 'Those of them that nobody uses.', () => pool.idleCount);
  gauge('database_waiting', 'Requests that wait for a connection.', () => pool.waitingCount);
  gauge(
    'events_deaf',
    '1 while revocations can not be heard, and bearer tokens are refused.',
    () => (events.isDeaf() ? 1 : 0),
    'max',
  );
  if (reads.report()) {
    gauge('replica_in_use', 'Processes for which the replica answers reads.', () =>
      reads.report()?.state === 'in use' ? 1 : 0,
    );
    gauge('replica_lag_seconds', 'How far the replica is behind.', () => reads.report()?.lagSeconds ?? 0, 'max');
    gauge('replica_lag_bytes', 'The same in bytes of log.', () => reads.report()?.lagBytes ?? 0, 'max');
    countReads(reads, register);
  }
  gauge('service_processes', 'Processes that answer on this port.', () => 1);
  return {
    observe(request, response) {
      const { method = '' } = request;
      const begun = performance.now();
      response.once('close', () => {
        const seconds = (performance.now() - begun) / 1000;
        durationOf(methods.has(method) ? method : 'other', String(response.statusCode)).observe(seconds);
      });
    },
    async answer(request, response) {
      if (!mayRead(request, config.metricsToken)) {
        response.writeHead(401, { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' }).end();
        return;
      }
      const body = await (place ?? register).metrics().catch(() => null);
      if (body === null) {
        response.writeHead(503, { 'retry-after': '1', 'cache-control': 'no-store' }).end();
        return;
      }
      response.writeHead(200, { 'content-type': register.contentType, 'cache-control': 'no-store' }).end(body);
    },
  };
}

function countReads(reads: Reads, register: Registry): void {
  new Counter({
    name: 'reads_total',
    help: 'Lists, searches and reports, by the database server that answered.',
    labelNames: ['server'],
    registers: [register],
    collect() {
      this.reset();
      for (const [server, count] of Object.entries(reads.report()?.answered ?? {})) this.inc({ server }, count);
    },
  });
}

/** With a token configured: who presents it. Without: the machine itself, not what a proxy on it passes on. */
function mayRead({ headers, socket }: IncomingMessage, token: string | null): boolean {
  if (token) return sameSecret(sha256(headers.authorization ?? ''), sha256(`Bearer ${token}`));
  const forwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  return !forwarded && /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
}
