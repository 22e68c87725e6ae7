import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import pg from 'pg';
import { LongLists } from '../../api/store/long-list.ts';
import { Unavailable } from '../../api/store/refusals.ts';
import { type Running, start } from '../harness/index.ts';

const many = 60_000;
let q: Running;
let token: string;

test.before(async () => {
  q = await start({ config: { databaseConnections: 8 } });
  token = await q.tokenFor(await q.person({ username: 'keeper', superuser: true }));
  await q.knex.raw(
    `INSERT INTO building (code, comment) SELECT 'B' || i, repeat('x', 30) FROM generate_series(1, ?) AS i`,
    [many],
  );
});
test.after.always(() => q?.close());

/** Asks for a list and reads none of the answer. */
async function slowReader(path: string): Promise<Socket> {
  const { port } = new URL(q.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token ${token}\r\n\r\n`);
  return socket;
}

test.serial('fifty clients that ask for a long list and never read it hold up nobody else', async (t) => {
  const readers = await Promise.all(Array.from({ length: 50 }, () => slowReader('/api/inventory/building/')));
  await sleep(500);
  const begun = performance.now();
  const answers = await Promise.all(
    ['/api/inventory/building/?limit=3', '/api/inventory/building/1/', '/api/inventory/rack/', '/api/user/'].map(
      (path) => q.fetch(path, { as: token }),
    ),
  );
  t.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200],
  );
  t.true(performance.now() - begun < 5000);
  const late = await q.fetch('/api/inventory/building/', { as: token });
  t.is(late.status, 503, 'one more long list waits a while and is then told to come back');
  t.regex(late.headers.get('retry-after') ?? '', /^\d+$/);
  for (const reader of readers) reader.destroy();
  await sleep(300);
  const all = (await (await q.fetch('/api/inventory/building/', { as: token })).json()) as unknown[];
  t.is(all.length, many);
});

test.serial('asking for the head of a long list again and again uses nothing up', async (t) => {
  for (let n = 0; n < 20; n++) {
    const { status } = await q.fetch('/api/inventory/building/', { as: token, method: 'HEAD' });
    t.is(status, 200);
  }
  t.is((await q.fetch('/api/inventory/building/', { as: token })).status, 200);
});

test.serial('clients that leave in the middle of a long list use nothing up', async (t) => {
  for (let n = 0; n < 20; n++) {
    const leaving = new AbortController();
    const answer = await q.fetch('/api/inventory/building/', { as: token, signal: leaving.signal });
    await answer.body?.getReader().read();
    leaving.abort();
  }
  const all = (await (await q.fetch('/api/inventory/building/', { as: token })).json()) as unknown[];
  t.is(all.length, many);
});

test('a reader who takes nothing for long loses the connection, and whoever waits gets it', async (t) => {
  const pool = new pg.Pool({ connectionString: q.services.config.databaseUrl, max: 2 });
  try {
    const lists = new LongLists(pool, { batch: 10, stall: 300, patience: 2000 });
    const text = `SELECT i::text AS body FROM generate_series(1, 1000) AS i`;
    const slow = await lists.read(text, []);
    if (Array.isArray(slow)) return t.fail('a hundred batches are no short list');
    const begun = performance.now();
    const next = await lists.read(text, []);
    t.true(performance.now() - begun >= 200);
    t.true(slow.lost.aborted);
    if (Array.isArray(next)) return t.fail('nor is the second');
    let rows = 0;
    for await (const batch of next) rows += batch.length;
    t.is(rows, 1000);
    t.deepEqual(await lists.read('SELECT i::text AS body FROM generate_series(1, 3) AS i', []), ['1', '2', '3']);
  } finally {
    await pool.end();
  }
});

test('when nobody leaves, waiting ends with a refusal, and the place that comes free later is not lost', async (t) => {
  const pool = new pg.Pool({ connectionString: q.services.config.databaseUrl, max: 2 });
  try {
    const lists = new LongLists(pool, { batch: 10, stall: 60_000, patience: 100 });
    const text = `SELECT i::text AS body FROM generate_series(1, 10) AS i`;
    const first = await lists.read(text, []);
    await t.throwsAsync(lists.read(text, []), { instanceOf: Unavailable });
    if (!Array.isArray(first)) first.close();
    const again = await lists.read(text, []);
    const rows: string[] = [];
    if (!Array.isArray(again)) for await (const batch of again) rows.push(...batch);
    t.is(rows.length, 10, 'a list of exactly one batch comes whole');
  } finally {
    await pool.end();
  }
});
