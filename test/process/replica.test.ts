import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { freshDatabase, type Running, runProcess, start } from '../harness/index.ts';
import { type ReplicatedDatabase, replicatedDatabase } from '../harness/replicated-database.ts';
import { type Wire, wireTo } from '../harness/wire.ts';

let database: ReplicatedDatabase;
let wire: Wire;
let lab: Running;
let token: string;
test.before(async () => {
  database = await replicatedDatabase();
  wire = await wireTo(database.replicas[0].url);
  const config = { databaseUrl: database.primaryUrl, databaseReadUrl: wire.databaseUrl };
  lab = await start({ api: 1, config });
  const clerk = await lab.person({ username: 'clerk', rights: { location: ['view', 'add', 'change', 'delete'] } });
  token = await lab.tokenFor(clerk);
});
test.after.always(async () => {
  await lab?.close();
  await wire?.close();
  await database?.close();
});

const headers = () => ({ authorization: `Token ${token}`, 'content-type': 'application/json' });
let written = 0;

/** Puts a building into the books of one process. @returns its code */
async function write(): Promise<string> {
  const code = `b${++written}`;
  const made = await fetch(`${lab.apis[0]}/api/inventory/building/`, {
    method: 'POST',
    headers: headers(),
    body: JSON.stringify({ name: code, code }),
  });
  if (made.status !== 201) throw new Error(await made.text());
  return code;
}

/** Asks the other process for the codes of all buildings. */
async function read(): Promise<string[]> {
  const list = await fetch(`${lab.apis[1]}/api/inventory/building/?limit=1000`, { headers: headers() });
  const { results } = (await list.json()) as { results: { code: string }[] };
  return results.map((building) => building.code);
}

const health = async () =>
  (await (await fetch(`${lab.apis[1]}/readyz`)).json()) as { status: string; replica: { state: string } };

async function untilReplicaIs(state: string): Promise<void> {
  // That it is behind is found by who reads.
  for (; (await health()).replica.state !== state; await sleep(50)) await read();
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
      const code = await write();
      t.true((await read()).includes(code));
    }
    // On a busy machine the replica may be late each time; once nobody writes it is not.
    while ((await readsOfReplica()) === 0) {
      await sleep(50);
      await read();
    }
    t.pass();
  },
);

test.serial('a replica that falls behind is passed over until it has caught up', async (t) => {
  await database.replicas[0].ask('SELECT pg_wal_replay_pause()');
  const code = await write();
  t.true((await read()).includes(code));
  await untilReplicaIs('behind');
  t.is((await health()).status, 'ready');
  await database.replicas[0].ask('SELECT pg_wal_replay_resume()');
  await untilReplicaIs('in use');
});

test.serial('nobody notices that the replica is gone, nor that it is back', async (t) => {
  await database.replicas[0].stop();
  for (let n = 0; n < 5; n++) {
    const code = await write();
    t.true((await read()).includes(code));
  }
  await untilReplicaIs('away');
  t.is((await health()).status, 'ready');
  await database.replicas[0].start();
  await untilReplicaIs('in use');
  const code = await write();
  t.true((await read()).includes(code));
});

test.serial('a replica that says nothing any more is given up, and so is the wait for it', async (t) => {
  wire.hush();
  const code = await write();
  t.true((await read()).includes(code));
  await untilReplicaIs('away');
  wire.mend();
  await untilReplicaIs('in use');
  t.true((await read()).includes(code));
});

test.serial('where a proxy moves the address to a replica that is behind, nobody reads from that', async (t) => {
  const [one, other] = database.replicas;
  await other.ask('SELECT pg_wal_replay_pause()');
  const code = await write();
  wire.lead(other.url);
  // More at once than have connections to the one of before.
  for (const list of await Promise.all(Array.from({ length: 20 }, read))) t.true(list.includes(code));
  t.true((await read()).includes(code));
  wire.lead(one.url);
  await other.ask('SELECT pg_wal_replay_resume()');
});

test.serial(
  'the start ends with one line about a replica of another database, or one in the place of the primary',
  async (t) => {
    const SECRET_KEY = lab.services.config.secretKey;
    const beginning = (env: Record<string, string>) =>
      runProcess('test/process/echo-service.ts', { SECRET_KEY, ...env });
    const { primaryUrl, replicas } = database;
    const other = await beginning({ DATABASE_URL: primaryUrl, DATABASE_READ_URL: await freshDatabase() });
    t.is(other.stderr, 'DATABASE_READ_URL leads to no replica of the database at DATABASE_URL\n');
    t.is(other.code, 1);
    const misplaced = await beginning({ DATABASE_URL: replicas[0].url });
    t.is(misplaced.stderr, 'DATABASE_URL leads to a replica, where nothing can be written\n');
    t.is(misplaced.code, 1);
  },
);
