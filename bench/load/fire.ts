import { json } from 'node:stream/consumers';
import autocannon from 'autocannon';
import { type Shot, shots } from './shots.ts';

/** What is to be fired; comes on standard input. */
export interface Order {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly shot: Shot;
  /** Requests a second, all connections together; null: as many as there are answers. */
  readonly rate: number | null;
}

/** What came of it; goes to standard output. Times are milliseconds. */
export interface Hits {
  /** Answers a second. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly answers: number;
  /** Answers that were no success, and requests without an answer. */
  readonly failed: number;
  /** The first answer that was no success. */
  readonly failure: string | null;
}

const order = (await json(process.stdin)) as Order;
const times: number[] = [];
let failed = 0;
let failure: string | null = null;
const failing = (status: number, body: string) => {
  failure ??= `${status} ${body.slice(0, 300)}`;
};
const begun = performance.now();
const run = autocannon(
  {
    url: order.url,
    connections: order.connections,
    duration: order.seconds,
    headers: order.headers,
    timeout: 60,
    ...(order.rate && { overallRate: order.rate }),
    requests: shots(order.shot, failing),
  },
  () => {
    const seconds = (performance.now() - begun) / 1000;
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
    const hits: Hits = {
      rate: times.length / seconds,
      p50: at(0.5),
      p99: at(0.99),
      answers: times.length,
      failed,
      failure,
    };
    process.stdout.write(JSON.stringify(hits));
  },
);
run.on('response', (_client, status, _bytes, time) => {
  times.push(time);
  if (status < 200 || status >= 400) failed++;
});
run.on('reqError', (error) => {
  failed++;
  failure ??= String(error);
});
