import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { type Running, type ServiceProcess, start, startProcess } from '../harness/index.ts';
import { environmentOf } from '../harness/start.ts';
import { type Wire, wireTo } from '../harness/wire.ts';

let q: Running;
let wire: Wire;
let services: ServiceProcess[];
let callers: Record<string, string>;
const password = 'a long password';

test.before(async () => {
  q = await start();
  wire = await wireTo(q.services.config.databaseUrl);
  const person = await q.person({ username: 'keeper', password, superuser: true });
  const bearer = await q.bearerFor(person, ['g:read']);
  const token = await q.tokenFor(person);
  callers = { bearer: `Bearer ${bearer}`, token: `Token ${token}` };
  // Shorter than it is for real, so that the test needs no minute.
  const env = { ...environmentOf(q.services.config), DATABASE_URL: `${wire.databaseUrl}?query_timeout=1500` };
  services = await Promise.all(['api/main.ts', 'main.ts'].map((main) => startProcess(main, env)));
});
test.after.always(async () => {
  await Promise.all((services ?? []).map((service) => service.close('SIGKILL')));
  await wire?.close();
  await q?.close();
});

/** What a caller gets, and after how many milliseconds. */
interface Got {
  readonly status: number;
  readonly after: number;
  readonly retry: string | null;
}

async function ask(url: string, path: string, authorization: string): Promise<Got> {
  const begun = performance.now();
  const answer = await fetch(url + path, { headers: { authorization } });
  await answer.arrayBuffer();
  return { status: answer.status, after: performance.now() - begun, retry: answer.headers.get('retry-after') };
}

const paths = ['/api/inventory/host/', '/api/user/me/', '/api/part/?limit=5', '/api/booking/booking/?search=x'];

/** Everybody asks everything, again and again, until told to stop. */
function load(): { stop(): Promise<Got[]> } {
  const got: Got[] = [];
  let on = true;
  const workers = services.flatMap(({ url }) =>
    Object.values(callers).flatMap((caller) =>
      [1, 2, 3].map(async (n) => {
        for (let i = n; on; i++) {
          got.push(await ask(url, paths[i % paths.length] ?? '/', caller));
          await sleep(20);
        }
      }),
    ),
  );
  return {
    async stop() {
      on = false;
      await Promise.all(workers);
      return got;
    },
  };
}

async function readiness(url: string): Promise<number> {
  return (await fetch(`${url}/readyz`)).status;
}

async function everybodyIsServed(): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    const answers = await Promise.all(
      services.flatMap(({ url }) => Object.values(callers).map((caller) => ask(url, '/api/user/me/', caller))),
    );
    const ready = await Promise.all(services.map(({ url }) => readiness(url)));
    if (answers.every(({ status }) => status === 200) && ready.every((status) => status === 200)) return true;
    await sleep(200);
  }
  return false;
}

test.serial(
  'while the database restarts under load every caller is told to come back, and is served again',
  async (t) => {
    t.true(await everybodyIsServed());
    const loaded = load();
    await sleep(500);
    wire.cut();
    await sleep(1500);
    for (const { url } of services) t.is(await readiness(url), 503);
    await sleep(2500);
    wire.mend();
    t.true(await everybodyIsServed());
    const got = await loaded.stop();
    t.deepEqual([...new Set(got.map(({ status }) => status))].sort(), [200, 503]);
    t.true(got.filter(({ status }) => status === 503).every(({ retry }) => retry !== null));
    t.true(Math.max(...got.map(({ after }) => after)) < 15_000);
  },
);

test.serial('a database that goes silent keeps nobody waiting for ever', async (t) => {
  t.true(await everybodyIsServed());
  const loaded = load();
  await sleep(300);
  wire.hush();
  await sleep(2500);
  const begun = performance.now();
  for (const { url } of services) t.is(await readiness(url), 503);
  t.true(performance.now() - begun < 6000);
  await sleep(2000);
  wire.mend();
  t.true(await everybodyIsServed());
  const got = await loaded.stop();
  t.deepEqual([...new Set(got.map(({ status }) => status))].sort(), [200, 503]);
  t.true(Math.max(...got.map(({ after }) => after)) < 20_000);
});

test.serial('whoever signs in while the database is away gets a page that says so', async (t) => {
  t.true(await everybodyIsServed());
  wire.cut();
  const url = services[1]?.url;
  const page = await fetch(`${url}/accounts/`, {
    headers: { accept: 'text/html', cookie: 'qm_session=whatever' },
    redirect: 'manual',
  });
  t.is(page.status, 503);
  t.regex(await page.text(), /can not be reached/);
  const basic = `Basic ${Buffer.from(`keeper:${password}`).toString('base64')}`;
  t.is((await ask(url ?? '', '/api/user/me/', basic)).status, 503);
  wire.mend();
  t.true(await everybodyIsServed());
  t.is((await ask(url ?? '', '/api/user/me/', basic)).status, 200);
});
