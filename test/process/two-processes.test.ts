import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { closeServices, type Services } from '../../shared/services.ts';
import { makeBearer } from '../harness/applications.ts';
import { freshServices, runProcess, type ServiceProcess, startProcess } from '../harness/index.ts';
import { makePerson } from '../harness/people.ts';
import { environmentOf } from '../harness/start.ts';

// Identity provider and api as two processes on one database, behind a proxy that sends each path where it belongs.
let services: Services;
let idp: ServiceProcess;
let api: ServiceProcess;
const proxy = createServer((incoming, outgoing) => {
  const target = new URL(incoming.url ?? '/', /^\/(o|accounts)\//.test(incoming.url ?? '') ? idp.url : api.url);
  const { method, headers } = incoming;
  incoming.pipe(
    request(target, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    }),
  );
});
let url: string;

test.before(async () => {
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  services = await freshServices({ publicUrl: url });
  const env = environmentOf(services.config);
  [idp, api] = await Promise.all([startProcess('idp/main.ts', env), startProcess('api/main.ts', env)]);
});
test.after.always(async () => {
  await Promise.all([idp?.close(), api?.close()]);
  proxy.closeAllConnections();
  proxy.close();
  await closeServices(services);
});

test('a token from the one process opens the other, until the application is disabled', async (t) => {
  const reader = await makePerson(services.knex, { username: 'reader', rights: { location: ['view'] } });
  const token = await makeBearer(services, url, reader, ['g:read']);
  const ask = async () =>
    (await fetch(`${url}/api/inventory/building/`, { headers: { authorization: `Bearer ${token}` } })).status;
  t.is(await ask(), 200);

  await services.knex('applications').where({ service_user_id: reader.id }).update({ enabled: false });
  await sleep(1000);
  t.is(await ask(), 401);
});

test('each process answers its own paths only', async (t) => {
  t.is((await fetch(`${idp.url}/o/.well-known/openid-configuration`)).status, 200);
  t.is((await fetch(`${idp.url}/api/`)).status, 404);
  t.is((await fetch(`${api.url}/api/`)).status, 200);
  t.is((await fetch(`${api.url}/o/.well-known/openid-configuration`)).status, 404);
  for (const { url } of [idp, api]) t.is((await fetch(`${url}/readyz`)).status, 200);
});

test('a process with another SECRET_KEY than the others refuses to start', async (t) => {
  const env = { ...environmentOf(services.config), SECRET_KEY: 'another key than the one that sealed the others' };
  const { code, stderr } = await runProcess('idp/main.ts', env);
  t.is(stderr, 'SECRET_KEY is not the one that the signing keys in the database were sealed with\n');
  t.is(code, 1);
});
