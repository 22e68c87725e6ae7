import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { decodeJwt } from 'jose';
import type { Knex } from 'knex';
import pg from 'pg';
import { sha256 } from '../../shared/identity/secrets.ts';
import { endSessionsOf, sessionCookie, startSession } from '../../shared/identity/sessions.ts';
import { type ServiceProcess, startProcess, type TestPerson } from '../harness/index.ts';
import { request } from '../harness/request.ts';
import { type Issuer, makeIssuer } from './issuer.ts';
import { type Mounted, mountApi } from './mounted.ts';

let here: Mounted;
let there: ServiceProcess;
let issuer: Issuer;
let reader: TestPerson;

test.before(async () => {
  here = await mountApi();
  const { databaseUrl, secretKey, publicUrl } = here.services.config;
  const env = { DATABASE_URL: databaseUrl, SECRET_KEY: secretKey, PUBLIC_URL: publicUrl };
  there = await startProcess('api/main.ts', env);
  issuer = await makeIssuer(publicUrl);
  await issuer.publish(here.knex);
  reader = await here.person({ username: 'reader', rights: { host: ['view'] } });
});
test.after.always(async () => {
  await there?.close();
  await here?.close();
});

const statuses = (token: string) =>
  Promise.all(
    [here.url, there.url].map(async (url) => {
      const response = await request(`${url}/api/auth-test`, { as: `Bearer ${token}` });
      await response.arrayBuffer();
      return response.status;
    }),
  );

async function store(knex: Knex, token: string): Promise<Buffer> {
  const { jti, exp } = decodeJwt(token);
  const idHash = sha256(jti ?? '');
  const row = { kind: 'AccessToken', id_hash: idHash, payload: '{}', is_jwt: true };
  await knex('oidc_artifacts').insert({ ...row, expires_at: new Date((exp ?? 0) * 1000) });
  return idHash;
}

/** Milliseconds until both processes answer 401; at most three seconds. */
async function untilRefused(token: string): Promise<number> {
  const start = performance.now();
  while (performance.now() - start < 3000) {
    if ((await statuses(token)).every((status) => status === 401)) return performance.now() - start;
    await sleep(20);
  }
  return Number.POSITIVE_INFINITY;
}

test.serial('a revoked token stops in every process within a second', async (t) => {
  const token = await issuer.token(reader, 'g:read');
  const idHash = await store(here.knex, token);
  t.deepEqual(await statuses(token), [200, 200]);
  await here.knex('oidc_artifacts').where({ id_hash: idHash }).delete();
  t.true((await untilRefused(token)) < 1000);
});

test.serial('a disabled person stops in every process within a second', async (t) => {
  const person = await here.person({ username: 'leaver' });
  const token = await issuer.token(person, 'g:read');
  t.deepEqual(await statuses(token), [200, 200]);
  await here.knex('users').where({ id: person.id }).update({ is_active: false });
  t.true((await untilRefused(token)) < 1000);
});

test.serial('a role that is taken away is gone in every process', async (t) => {
  const person = await here.person({ username: 'mover', rights: { location: ['view'] } });
  const token = await issuer.token(person, 'g:read');
  const look = () =>
    Promise.all(
      [here.url, there.url].map(async (url) => {
        const response = await request(`${url}/api/inventory/lab/`, { as: `Bearer ${token}` });
        await response.arrayBuffer();
        return response.status;
      }),
    );
  t.deepEqual(await look(), [200, 200]);
  await here.knex('user_groups').where({ user_id: person.id }).delete();
  for (let tries = 0; tries < 200 && (await look()).includes(200); tries++) await sleep(20);
  t.deepEqual(await look(), [403, 403]);
});

test.serial('sessions that are ended everywhere open no process any more', async (t) => {
  const person = await here.person({ username: 'traveller' });
  const wish = { userId: person.id, idleHours: 1, address: null, userAgent: null };
  const cookies = await Promise.all([1, 2].map(() => startSession(here.knex, wish)));
  const look = () =>
    Promise.all(
      [here.url, there.url].flatMap((url) =>
        cookies.map(async (cookie) => {
          const headers = { cookie: `${sessionCookie}=${cookie}` };
          const response = await request(`${url}/api/user/me/`, { headers });
          await response.arrayBuffer();
          return response.status;
        }),
      ),
    );
  t.deepEqual(await look(), [200, 200, 200, 200]);
  await endSessionsOf(here.knex, person.id);
  t.deepEqual(await look(), [401, 401, 401, 401]);
});

test.serial('a process that starts after a revocation knows of it', async (t) => {
  const token = await issuer.token(reader, 'g:read');
  const idHash = await store(here.knex, token);
  await here.knex('oidc_artifacts').where({ id_hash: idHash }).delete();
  const { databaseUrl, secretKey, publicUrl } = here.services.config;
  const late = await startProcess('api/main.ts', {
    DATABASE_URL: databaseUrl,
    SECRET_KEY: secretKey,
    PUBLIC_URL: publicUrl,
  });
  const response = await request(`${late.url}/api/auth-test`, { as: `Bearer ${token}` });
  await late.close();
  t.is(response.status, 401);
});

test.serial(
  'a process that can not hear of revocations refuses bearer tokens, and catches up afterwards',
  async (t) => {
    const kept = await issuer.token(reader, 'g:read');
    const revoked = await issuer.token(reader, 'g:read');
    const idHash = await store(here.knex, revoked);
    t.deepEqual(await statuses(revoked), [200, 200]);

    const { pathname, href } = new URL(here.services.config.databaseUrl);
    const name = pathname.slice(1);
    const outside = new pg.Client({ connectionString: href.replace(pathname, '/postgres') });
    await outside.connect();
    try {
      await outside.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await outside.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'quartermaster events'`,
        [name],
      );
      await here.knex('oidc_artifacts').where({ id_hash: idHash }).delete();
      await sleep(3500);
      const response = await request(`${here.url}/api/auth-test`, { as: `Bearer ${kept}` });
      t.is(response.status, 503);
      t.is(response.headers.get('retry-after'), '2');
      t.deepEqual(await statuses(kept), [503, 503]);
    } finally {
      await outside.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
      await outside.end();
    }
    for (const until = Date.now() + 10_000; Date.now() < until; await sleep(100)) {
      if ((await statuses(kept)).every((status) => status === 200)) break;
    }
    t.deepEqual(await statuses(kept), [200, 200]);
    t.deepEqual(await statuses(revoked), [401, 401]);
  },
);
