import { chown, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { permissions } from '../../shared/access/roles.ts';
import { loadConfig } from '../../shared/config.ts';
import { databaseAccount } from '../../shared/embedded-postgres/account.ts';
import { passingHome } from '../../shared/embedded-postgres/home.ts';
import { closeServices, openServices } from '../../shared/services.ts';
import { makePerson, makeToken } from '../../test/harness/people.ts';
import { type ServiceProcess, startProcess } from '../../test/harness/service-process.ts';
import { fillWithHosts } from '../fill.ts';
import { progress } from '../progress.ts';
import { openDatabases } from './databases.ts';
import { journey, type Step } from './journeys.ts';
import { type Lists, readLists } from './lists.ts';
import { readOwnWrites, type Stretch } from './own-writes.ts';
import { findPrograms, type Programs } from './programs.ts';
import { openProxy, reservePort } from './proxy.ts';

// `npm run bench:cluster`: an installation of several machines on this one. Two identity providers and three apis
// stand behind haproxy, on a primary and a streaming replica behind PgBouncer in transaction mode. Applications and
// scripts use it while an api and the replica are killed. All of it listens on the loopback and ends with the command.

const hosts = 10_000;
const zone = 'Europe/Berlin';

let programs: Programs;
try {
  programs = await findPrograms();
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}

/** What was opened, to be closed in the opposite order. */
const opened: (() => Promise<unknown>)[] = [];
let ending: Promise<void> | null = null;
const end = () => {
  ending ??= (async () => {
    progress('ending');
    for (const close of opened.reverse()) await close();
    progress('');
  })();
  return ending;
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => end().finally(() => process.exit(130)));
}

try {
  const { steps, lists, stretches } = await run();
  await end();
  console.log(asText(steps, lists, stretches));
  process.exit(stretches.some(({ missed }) => missed > 0) ? 1 : 0);
} catch (error) {
  await end();
  throw error;
}

async function run(): Promise<{ steps: readonly Step[]; lists: Lists; stretches: readonly Stretch[] }> {
  const account = await databaseAccount();
  const home = await passingHome(tmpdir(), 'quartermaster-cluster-', account);
  opened.push(() => rm(home, { recursive: true, force: true }));
  await openTo(home, account);
  progress('starting a primary, a replica and PgBouncer');
  const databases = await openDatabases(programs, home, account, (close) => opened.push(close));
  const place = await reservePort();
  const given = {
    DATABASE_URL: databases.pooled,
    DATABASE_READ_URL: databases.pooledReplica,
    DATABASE_DIRECT_URL: databases.direct,
    DATABASE_POOLER: 'transaction',
    SECRET_KEY: 'a secret key for one run on this machine only',
    PUBLIC_URL: place.url,
    ADMIN_PASSWORD: 'a password for one run',
    TIME_ZONE: zone,
    TRUST_PROXY: '1',
    DATA_DIR: home,
  };
  progress('starting two identity providers and three apis');
  const started = async (main: string): Promise<ServiceProcess> => {
    const service = await startProcess(main, given);
    opened.push(() => service.close());
    return service;
  };
  const first = await started('idp/main.ts');
  const idps = [first, await started('idp/main.ts')];
  const apis = await Promise.all([1, 2, 3].map(() => started('api/main.ts')));
  const urls = (services: readonly ServiceProcess[]) => services.map(({ url }) => url);
  const proxy = await openProxy(programs, home, place, { idp: urls(idps), api: urls(apis) });
  opened.push(() => proxy.end());

  progress('filling it');
  await fillWithHosts(databases.superuser, hosts);
  const services = await openServices(
    loadConfig({
      DATABASE_URL: databases.direct,
      SECRET_KEY: given.SECRET_KEY,
      PUBLIC_URL: place.url,
      LOG_LEVEL: 'error',
    }),
    { role: 'bench' },
  );
  opened.push(() => closeServices(services));
  const rights = { location: permissions, host: permissions, booking: permissions };
  const person = await makePerson(services.knex, { username: 'ada', password: 'a long password', rights });
  const token = await makeToken(services.knex, person, null);
  const addresses = { url: place.url, apis: urls(apis) };
  await untilReady([place.url]);

  progress('an application goes its way');
  const steps = await journey(addresses, person, hosts);
  progress('lists that nobody writes to');
  await untilReplicaIsInUse(addresses.apis);
  const lists = await readLists(2000, addresses, token, databases.pids);
  const stretches: Stretch[] = [];
  const stretch = async (name: string, rounds: number, meanwhile?: () => Promise<void>) => {
    progress(name);
    stretches.push(await readOwnWrites(name, rounds, addresses, token, meanwhile));
  };
  await stretch('all is well', 1000);
  await stretch('an api is killed in the middle', 600, async () => {
    await apis[2]?.close('SIGKILL');
  });
  await stretch('the replica is killed in the middle', 600, () => databases.stopReplica());
  await databases.startReplica();
  await untilReplicaIsInUse(addresses.apis.slice(0, 2));
  await stretch('the replica is back', 600);
  return { steps, lists, stretches };
}

/** PgBouncer reads its settings as the account that PostgreSQL has. */
async function openTo(home: string, account: { uid: number; gid: number } | null): Promise<void> {
  if (account) await chown(home, account.uid, account.gid);
}

async function untilReady(urls: readonly string[]): Promise<void> {
  for (const url of urls) while (!(await fetch(`${url}/readyz`).catch(() => null))?.ok) await sleep(100);
}

async function untilReplicaIsInUse(apis: readonly string[]): Promise<void> {
  const stateAt = async (api: string) =>
    ((await (await fetch(`${api}/readyz`)).json()) as { replica: { state: string } }).replica.state;
  for (const api of apis) while ((await stateAt(api)) !== 'in use') await sleep(100);
}

function asText(steps: readonly Step[], lists: Lists, stretches: readonly Stretch[]): string {
  const lines = steps.map(({ what, seen }) => `  ok  ${what}: ${seen}`);
  const cost = (server: 'replica' | 'primary') =>
    `${lists.cpu[server]?.toFixed(2) ?? '–'} ms of the ${server}'s processor`;
  lines.push(
    '',
    `${lists.lists} lists of 100 hosts while nobody writes: ${lists.replica} by the replica, ${lists.primary} by the primary;`,
    `each took ${cost('replica')} and ${cost('primary')}`,
  );
  lines.push(
    '',
    `${'A write, then a list that has to hold it'.padEnd(42)}rounds  missed  failed  by replica  by primary`,
  );
  for (const { name, rounds, missed, failed, failure, replica, primary } of stretches) {
    const cells = [rounds, missed, failed, replica, primary].map((figure, n) =>
      String(figure).padStart(n < 3 ? 7 : 11),
    );
    lines.push(`  ${name.padEnd(39)}${cells.join(' ')}`);
    if (failure) lines.push(`      ${failure}`);
  }
  return lines.join('\n');
}
