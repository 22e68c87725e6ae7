import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import pg from 'pg';
import { isAlive, runningServer } from '../../shared/embedded-postgres/running-server.ts';
import { type ServiceProcess, startProcess } from '../harness/index.ts';

// One story on one data folder, step by step. It lies where only its owner can look in, as a clone in root's home does.
let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quartermaster embedded '));
});
test.after.always(async () => {
  const where = await home();
  if (where !== dataDir()) await rm(where, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
});

const dataDir = () => join(folder, 'data');
/** As root the database lies elsewhere, where its account can get to. */
const home = () => readFile(join(dataDir(), 'location'), 'utf8').then((text) => text.trim(), dataDir);
const server = async () => runningServer(join(await home(), 'postgres'));
const start = () => startProcess('test/process/echo-service.ts', { DATA_DIR: dataDir() });

async function query(sql: string): Promise<unknown[]> {
  const port = (await server())?.port;
  const password = (await readFile(join(await home(), 'database-password'), 'utf8')).trim();
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'quartermaster', password, database: 'quartermaster' });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const rows = () => query('SELECT name FROM groups ORDER BY name');

test.serial('without DATABASE_URL it brings its own PostgreSQL, and takes it down at the end', async (t) => {
  const service = await start();
  t.is((await fetch(`${service.url}/readyz`)).status, 200);
  await query(`INSERT INTO groups (name) VALUES ('kept')`);
  const { pid } = (await server())!;
  t.is(await service.close(), 0);
  t.false(isAlive(pid));
  t.is(await server(), null);
});

test.serial('its password and the secret key are random, and for their owner alone', async (t) => {
  for (const file of ['database-password', 'secret-key']) {
    const path = join(await home(), file);
    t.is((await stat(path)).mode & 0o777, 0o600);
    t.true((await readFile(path, 'utf8')).length > 40);
  }
});

test.serial('started again it keeps its data; nobody gets in without the password, or from outside', async (t) => {
  const secretKey = await readFile(join(await home(), 'secret-key'), 'utf8');
  const service = await start();
  t.deepEqual(await rows(), [{ name: 'kept' }]);
  t.is(await readFile(join(await home(), 'secret-key'), 'utf8'), secretKey);
  const port = (await server())?.port;
  const guess = new pg.Client({ host: '127.0.0.1', port, user: 'quartermaster', password: 'x', database: 'postgres' });
  await t.throwsAsync(guess.connect(), { message: /password authentication failed/ });
  t.deepEqual(await query('SHOW listen_addresses'), [{ listen_addresses: '127.0.0.1' }]);
  await service.close();
});

test.serial('two processes share one server; it ends with the last of them', async (t) => {
  const [first, second] = (await Promise.all([start(), start()])) as [ServiceProcess, ServiceProcess];
  const { pid } = (await server())!;
  await first.close();
  t.is((await fetch(`${second.url}/readyz`)).status, 200);
  t.true(isAlive(pid));
  await second.close();
  t.false(isAlive(pid));
});

test.serial('after kill -9 the next start takes over the server that was left', async (t) => {
  const killed = await start();
  const { pid } = (await server())!;
  await killed.close('SIGKILL');
  t.true(isAlive(pid));
  const next = await start();
  t.is((await server())?.pid, pid);
  t.deepEqual(await rows(), [{ name: 'kept' }]);
  await next.close();
  t.false(isAlive(pid));
});

test.serial('after kill -9 of server and process alike the next start recovers', async (t) => {
  const killed = await start();
  await query(`INSERT INTO groups (name) VALUES ('written just before')`);
  process.kill((await server())!.pid, 'SIGKILL');
  await killed.close('SIGKILL');
  const next = await start();
  t.deepEqual(await rows(), [{ name: 'kept' }, { name: 'written just before' }]);
  await next.close();
});

test.serial('a process whose server dies says so and ends', async (t) => {
  const service = await start();
  const ended = new Promise((resolve) => service.child.once('exit', resolve));
  process.kill((await server())!.pid, 'SIGKILL');
  t.is(await ended, 1);
  t.regex(service.stdout(), /"level":"fatal".*embedded PostgreSQL has ended/);
});

test.serial('a number in postmaster.pid that belongs to another program by now is no server', async (t) => {
  const file = join(await home(), 'postgres', 'postmaster.pid');
  await rm(file, { force: true });
  await writeFile(file, `${process.pid}\n/elsewhere\n0\n1\n\n127.0.0.1\n\nready\n`);
  const service = await start();
  t.not((await server())?.pid, process.pid);
  t.is((await fetch(`${service.url}/readyz`)).status, 200);
  await service.close();
});
