import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import pg from 'pg';
import { databaseServer } from '../harness/database-server.ts';
import { freshDatabase, startProcess } from '../harness/index.ts';
import { compileCache } from '../harness/service-process.ts';

const start = async (env: Record<string, string> = {}) =>
  startProcess('test/process/echo-service.ts', {
    DATABASE_URL: await freshDatabase(),
    SECRET_KEY: 'only for tests, only for tests, only for tests',
    ADMIN_PASSWORD: 'a captain goes first',
    ...env,
  });

test('SIGTERM finishes the requests in flight and takes no new ones', async (t) => {
  const service = await start();
  const slow = await fetch(`${service.url}/slow?3000`);
  const ended = service.close();
  const refused = async () =>
    fetch(`${service.url}/`).then(
      () => false,
      () => true,
    );
  while (!(await refused())) await sleep(50);
  t.is(await slow.text(), 'done');
  t.is(await ended, 0);
});

test('a request that takes longer than SHUTDOWN_SECONDS does not hold up the end', async (t) => {
  const service = await start({ SHUTDOWN_SECONDS: '1' });
  const slow = await fetch(`${service.url}/slow?600000`);
  const [code] = await Promise.all([service.close(), t.throwsAsync(slow.text())]);
  t.is(code, 0);
});

test('Ctrl-C twice, as npm passes it on, ends as cleanly as once', async (t) => {
  const service = await start();
  const slow = await fetch(`${service.url}/slow?500`);
  service.child.kill('SIGINT');
  t.is(await service.close('SIGINT'), 0);
  t.is(await slow.text(), 'done');
});

test('whoever stops npm stops the server that it started', async (t) => {
  const npm = spawn('npm', ['run', '--silent', 'start:api'], {
    cwd: join(import.meta.dirname, '..', '..'),
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ...compileCache,
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: await freshDatabase(),
      SECRET_KEY: 'only for tests, only for tests, only for tests',
      ADMIN_PASSWORD: 'a captain goes first',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => npm.kill('SIGKILL'));
  let said = '';
  npm.stdout.on('data', (chunk) => {
    said += String(chunk);
  });
  while (!said.includes('"listening"')) await sleep(50);
  const [, pid, url] = /"pid":(\d+),"listening":"([^"]+)"/.exec(said) ?? [];
  t.true((await fetch(`${url}/healthz`)).ok);
  npm.kill('SIGTERM');
  const runs = () => {
    try {
      return process.kill(Number(pid), 0);
    } catch {
      return false;
    }
  };
  while (runs()) await sleep(50);
  t.pass();
});

test('/readyz says what is missing while the database is away, and recovers; /healthz stays well', async (t) => {
  const database = await freshDatabase();
  const service = await start({ DATABASE_URL: database });
  t.deepEqual(await (await fetch(`${service.url}/readyz`)).json(), { status: 'ready', missing: [] });

  const name = database.split('/').at(-1);
  const server = new pg.Client({ connectionString: await databaseServer() });
  await server.connect();
  await server.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await server.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  const away = await fetch(`${service.url}/readyz`);
  t.is(away.status, 503);
  t.true(((await away.json()) as { missing: string[] }).missing.includes('database'));
  t.is((await fetch(`${service.url}/healthz`)).status, 200);

  await server.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  await server.end();
  let ready = false;
  for (let tries = 0; tries < 50 && !ready; tries++) {
    ready = (await fetch(`${service.url}/readyz`)).ok;
    if (!ready) await sleep(200);
  }
  t.true(ready);
  await service.close();
});

test('/metrics counts requests, for the machine itself only', async (t) => {
  const service = await start();
  await fetch(`${service.url}/`);
  const text = await (await fetch(`${service.url}/metrics`)).text();
  t.regex(text, /^http_request_duration_seconds_count\{method="GET",status="200"\} 1$/m);
  t.regex(text, /^database_connections \d+$/m);
  t.is((await fetch(`${service.url}/metrics`, { headers: { 'x-forwarded-for': '127.0.0.1' } })).status, 401);
  await service.close();
});

test('METRICS_TOKEN opens /metrics to who presents it', async (t) => {
  const service = await start({ METRICS_TOKEN: 'sixteen or more characters' });
  const status = async (authorization?: string) =>
    (await fetch(`${service.url}/metrics`, { headers: authorization ? { authorization } : {} })).status;
  t.is(await status(), 401);
  t.is(await status('Bearer another sixteen characters'), 401);
  t.is(await status('Bearer sixteen or more characters'), 200);
  await service.close();
});

test('processes that start together make one superuser, and tell its random password once', async (t) => {
  const env = { DATABASE_URL: await freshDatabase(), ADMIN_PASSWORD: '', ADMIN_USERNAME: 'ada' };
  const services = await Promise.all([start(env), start(env)]);
  const told = /^Made the superuser «ada» with the password (\S{20,}) – it is not shown again\.$/gm;
  t.is(services.flatMap((service) => service.stdout().match(told) ?? []).length, 1);
  await Promise.all(services.map((service) => service.close()));
  const again = await start(env);
  t.notRegex(again.stdout(), told);
  await again.close();
});
