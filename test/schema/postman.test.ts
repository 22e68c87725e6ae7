import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import type { Collection, Item } from '../../api/schema/postman/collection.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
let collection: Collection;
let headers: Headers;
let admin: string;
test.before(async (t) => {
  t.timeout(110_000);
  q = await start();
  admin = await q.tokenFor(await q.person({ username: 'chief', superuser: true }));
  ({ body: collection, headers } = await q.json<Collection>('/api/schema/?format=postman'));
});
test.after.always(() => q?.close());

const requestsIn = (items: readonly Item[]): Item[] =>
  items.flatMap((one) => (one.item ? requestsIn(one.item) : [one]));

const pathOf = ({ request }: Item): string => `/${request?.url.path.join('/')}`;

/** Sends a request of the collection as Postman would. */
function send({ request }: Item): Promise<Response> {
  const fill = (text: string) => text.replaceAll('{{baseUrl}}', q.url);
  const path = pathOf({ name: '', request } as Item).replace(
    /:(\w+)/g,
    (_, key) => `${request?.url.variable?.find((one) => one.key === key)?.value}`,
  );
  const sent = Object.fromEntries(
    (request?.header ?? []).filter(({ disabled }) => !disabled).map(({ key, value }) => [key, value]),
  );
  const raw = request?.body?.raw;
  return q.fetch(path, {
    method: request?.method ?? 'GET',
    as: admin,
    headers: sent,
    ...(raw && { body: fill(raw) }),
  });
}

test('the API is to be had as a Postman collection: a folder a system, variables for host and token', (t) => {
  t.is(headers.get('content-disposition'), 'attachment; filename="quartermaster.postman_collection.json"');
  t.is(collection.info.schema, 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json');
  t.deepEqual(
    collection.item.map(({ name }) => name),
    ['Cores', 'InvenTree', 'AtroCore', 'Qore', 'Sign-in and people'],
  );
  t.deepEqual(collection.variable, [
    { key: 'baseUrl', value: q.url },
    { key: 'token', value: '' },
  ]);
  for (const folder of collection.item) t.true(requestsIn([folder]).length > 5, folder.name);
});

test('every operation of the document is in the collection, and nothing leads to another host', async (t) => {
  const { body: document } = await q.json<{ paths: Record<string, object> }>('/api/schema/?format=json');
  const operations = Object.values(document.paths).reduce((sum, item) => sum + Object.keys(item).length, 0);
  const requests = requestsIn(collection.item);
  t.is(requests.length, operations);
  t.false(JSON.stringify(requests.map(({ request }) => request?.body)).includes(q.url));
});

test('every example body is JSON', (t) => {
  for (const one of requestsIn(collection.item)) {
    const raw = one.request?.body?.raw;
    if (raw) t.notThrows(() => JSON.parse(raw), one.name);
  }
});

test('requests work as they are: what can be made without anything else is made, then listed, in each system', async (t) => {
  const all = requestsIn(collection.item);
  for (const [method, path, status] of [
    ['POST', '/api/inventory/building/', 201],
    ['POST', '/api/inventory/hdvendor/', 201],
    ['POST', '/api/inventory/lab/', 201],
    ['GET', '/api/inventory/building/', 200],
    ['POST', '/api/part/category/', 201],
    ['GET', '/api/part/category/', 200],
    ['POST', '/api/v1/HostType', 200],
    ['GET', '/api/v1/HostType', 200],
    ['POST', '/api/resources/host_types', 201],
    ['GET', '/api/user/me/', 200],
  ] as const) {
    const found = all.find((one) => one.request?.method === method && pathOf(one) === path);
    t.truthy(found, `${method} ${path}`);
    if (!found) continue;
    const response = await send(found);
    t.is(response.status, status, `${method} ${path}: ${await response.text()}`);
  }
});

test('the command line prints the same collection', async (t) => {
  t.timeout(110_000);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['api/schema/main.ts', '--format', 'postman', '--url', q.url],
    { cwd: join(import.meta.dirname, '..', '..'), maxBuffer: 64 * 1024 * 1024 },
  );
  const printed: Collection = JSON.parse(stdout);
  t.deepEqual(
    printed.item.map(({ name }) => name),
    collection.item.map(({ name }) => name),
  );
  t.is(requestsIn(printed.item).length, requestsIn(collection.item).length);
});

test('the API page leads to it', async (t) => {
  const response = await q.fetch('/api-doc/', { headers: { accept: 'text/html' } });
  t.regex(await response.text(), /href="\/api\/schema\/\?format=postman"/);
});
