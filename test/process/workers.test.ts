import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { freshDatabase, runProcess, type ServiceProcess, startProcess } from '../harness/index.ts';

const environment = async () => ({
  DATABASE_URL: await freshDatabase(),
  SECRET_KEY: 'only for tests, only for tests, only for tests',
  ADMIN_PASSWORD: 'a captain goes first',
  WORKERS: '2',
});

let service: ServiceProcess;
test.before(async () => {
  service = await startProcess('test/process/echo-service.ts', await environment());
});
test.after.always(() => service?.close());

/** The processes that came to serve so far: their places and numbers. */
const crew = () =>
  service
    .stdout()
    .split('\n')
    .filter((line) => line.includes('"listening"'))
    .map((line) => JSON.parse(line) as { pid: number; worker: number; listening: string });

async function untilServed(times: number): Promise<void> {
  while (crew().length < times) await sleep(50);
}

const figures = async () => (await fetch(`${service.url}/metrics`)).text();

test.serial('WORKERS=2 answers on one port from two processes, whose figures are told together', async (t) => {
  await untilServed(2);
  t.deepEqual(
    crew().map(({ worker }) => worker),
    [1, 2],
  );
  t.is(new Set(crew().map(({ listening }) => listening)).size, 1);
  // Each connection goes to the next process.
  for (let n = 0; n < 4; n++) await fetch(`${service.url}/`, { headers: { connection: 'close' } });
  while (!/^service_processes 2$/m.test(await figures())) await sleep(50);
  const four = /^http_request_duration_seconds_count\{method="GET",status="200"\} 4$/m;
  // A request is counted a moment after its answer.
  while (!four.test(await figures())) await sleep(50);
});

test.serial('a process that is killed is replaced, and the others go on meanwhile', async (t) => {
  const [, second] = crew();
  if (second) process.kill(second.pid, 'SIGKILL');
  await untilServed(3);
  t.is(crew()[2]?.worker, 2);
  t.not(crew()[2]?.pid, second?.pid);
  for (let n = 0; n < 4; n++) {
    const answer = await fetch(`${service.url}/`, { headers: { connection: 'close' } });
    t.is(answer.status, 200);
  }
});

test.serial('SIGTERM lets every process finish what it is at', async (t) => {
  const slow = await Promise.all(
    [1, 2, 3, 4].map(() => fetch(`${service.url}/slow?1500`, { headers: { connection: 'close' } })),
  );
  const ended = service.close();
  for (const answer of slow) t.is(await answer.text(), 'done');
  t.is(await ended, 0);
  const isThere = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  t.false(crew().some(({ pid }) => isThere(pid)));
});

test('what keeps the first process from serving is said once, and no others are tried', async (t) => {
  const env = { ...(await environment()), DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' };
  const { code, stdout, stderr } = await runProcess('test/process/echo-service.ts', env);
  t.regex(stderr, /^DATABASE_URL can not be used: connect ECONNREFUSED [^\n]+\n$/);
  t.is(stdout, '');
  t.is(code, 1);
});
