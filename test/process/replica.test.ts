import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { freshDatabase, type Running, runProcess, start } from '../harness/index.ts';
import { type ReplicatedDatabase, replicatedDatabase } from '../harness/replicated-database.ts';

let database: ReplicatedDatabase;
let lab: Running;
let token: string;
test.before(async () => {
  database = await replicatedDatabase();
  const { primaryUrl, replicaUrl } = database;
  lab = await start({ api: 1, config: { databaseUrl: primaryUrl, databaseReadUrl: replicaUrl } });
  const clerk = await lab.person({ username: 'clerk', rights: { location: ['view', 'add', 'change', 'delete'] } });
  token = await lab.tokenFor(clerk);
});
test.after.always(async () => {
  await lab?.close();
  await database?.close();
});

const headers = () => ({ authorization: `Token ${token}`, 'content-type': 'application/json' });
let written = 0;

/** Puts a building into the books of one process, and asks another for all of them. */
async function writeAndRead(): Promise<{ written: string; read: string[] }> {
  const [writer = '', reader = ''] = lab.apis;
  const code = `b${++written}`;
  const made = await fetch(`${writer}/api/inventory/building/`, {
    method: 'POST',
    headers: headers(),
    body: JSON.stringify({ name: code, code }),
  });
  if (made.status !== 201) throw new Error(await made.text());
  const list = await fetch(`${reader}/api/inventory/building/?limit=1000`, { headers: headers() });
  const { results } = (await list.json()) as { results: { code: string }[] };
  return { written: code, read: results.map((building) => building.code) };
}

const health = async () =>
  (await (await fetch(`${lab.apis[1]}/readyz`)).json()) as { status: string; replica: { state: string } };

async function untilReplicaIs(state: string): Promise<void> {
  while ((await health()).replica.state !== state) await sleep(50);
}

async function readsOfReplica(): Promise<number> {
  const figures = await (await fetch(`${lab.apis[1]}/metrics`)).text();
  return Number(/^reads_total\{server="replica"\} (\d+)$/m.exec(figures)?.[1]);
}

test.serial(
  'whoever writes finds it in the next list, from another process too, while the replica answers',
  async (t) => {
    await untilReplicaIs('in use');
    for (let n = 0; n < 60; n++) {
      const { written, read } = await writeAndRead();
      t.true(read.includes(written));
    }
    // On a busy machine the replica may be late each time; once nobody writes it is not.
    while ((await readsOfReplica()) === 0) {
      await sleep(50);
      await fetch(`${lab.apis[1]}/api/inventory/building/?limit=1`, { headers: headers() });
    }
    t.pass();
  },
);

test.serial('a replica that falls behind is passed over until it has caught up', async (t) => {
  await database.onReplica('SELECT pg_wal_replay_pause()');
  const { written, read } = await writeAndRead();
  t.true(read.includes(written));
  await untilReplicaIs('behind');
  t.is((await health()).status, 'ready');
  await database.onReplica('SELECT pg_wal_replay_resume()');
  await untilReplicaIs('in use');
  t.true((await writeAndRead()).read.includes(written));
});

test.serial('nobody notices that the replica is gone, nor that it is back', async (t) => {
  await database.stopReplica();
  for (let n = 0; n < 5; n++) {
    const { written, read } = await writeAndRead();
    t.true(read.includes(written));
  }
  await untilReplicaIs('away');
  t.is((await health()).status, 'ready');
  await database.startReplica();
  await untilReplicaIs('in use');
  const { written, read } = await writeAndRead();
  t.true(read.includes(written));
});

test.serial(
  'the start ends with one line about a replica of another database, or one in the place of the primary',
  async (t) => {
    const SECRET_KEY = lab.services.config.secretKey;
    const beginning = (env: Record<string, string>) =>
      runProcess('test/process/echo-service.ts', { SECRET_KEY, ...env });
    const { primaryUrl, replicaUrl } = database;
    const other = await beginning({ DATABASE_URL: primaryUrl, DATABASE_READ_URL: await freshDatabase() });
    t.is(other.stderr, 'DATABASE_READ_URL leads to no replica of the database at DATABASE_URL\n');
    t.is(other.code, 1);
    const misplaced = await beginning({ DATABASE_URL: replicaUrl });
    t.is(misplaced.stderr, 'DATABASE_URL leads to a replica, where nothing can be written\n');
    t.is(misplaced.code, 1);
  },
);
