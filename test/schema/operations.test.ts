import test from 'ava';
import { methods, type OpenApiDocument, type OperationObject } from '../../api/schema/openapi.ts';
import { scopesIn } from '../../api/schema/security.ts';
import { resourceScopes } from '../../shared/access/scopes.ts';
import { csrfToken, sessionCookie, startSession } from '../../shared/identity/sessions.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

// Every operation that the served document describes is called as it says; a superuser asks, so that only scopes matter.
let q: Running;
let operations: { path: string; method: string; operation: OperationObject }[];
let person: TestPerson;
const tokens = new Map<string, string>();

test.before(async () => {
  q = await start();
  person = await q.person({ username: 'root', password: 'correct horse battery', superuser: true, staff: true });
  const { body } = await q.json<OpenApiDocument>('/api/schema/?format=json');
  operations = Object.entries(body.paths).flatMap(([path, item]) =>
    methods.flatMap((method) =>
      item[method] ? [{ path: named(path, item[method]), method, operation: item[method] }] : [],
    ),
  );
  for (const scope of Object.keys(resourceScopes)) tokens.set(scope, await q.bearerFor(person, [scope]));
});
test.after.always(() => q?.close());

/** The path with the first of the names that stand in it. */
const named = (path: string, { parameters = [] }: OperationObject): string =>
  parameters.reduce(
    (so, one) =>
      'name' in one && Array.isArray(one.schema.enum) ? so.replace(`{${one.name}}`, String(one.schema.enum[0])) : so,
    path,
  );

/** Calls an operation on a row that is not there, so that nothing changes. */
async function call(path: string, method: string, headers: Record<string, string> = {}): Promise<number> {
  const response = await q.fetch(path.replace('{id}', '2147483000'), {
    method: method.toUpperCase(),
    headers: { ...headers, ...(method === 'get' ? {} : { 'content-type': 'application/json' }) },
    ...(method === 'get' ? {} : { body: '{}' }),
  });
  await response.arrayBuffer();
  return response.status;
}

const bearer = (scope: string) => ({ authorization: `Bearer ${tokens.get(scope)}` });
const isOpen = ({ security }: OperationObject) =>
  !security || security.some((alternative) => Object.keys(alternative).length === 0);
const refused = new Set([401, 403]);

test('there is a document with every area in it', (t) => {
  t.true(operations.length > 150, String(operations.length));
});

test('without a token, what is protected is 401 and what is public answers', async (t) => {
  for (const { path, method, operation } of operations) {
    const status = await call(path, method);
    if (isOpen(operation)) t.false(refused.has(status), `${method} ${path} is public but answers ${status}`);
    else t.is(status, 401, `${method} ${path}`);
  }
});

test('with a token that has every scope but those listed, it is 403', async (t) => {
  const known = new Map<string, string>();
  for (const { path, method, operation } of operations) {
    if (isOpen(operation)) continue;
    const listed = scopesIn(operation.security);
    const others = Object.keys(resourceScopes).filter((scope) => !listed.includes(scope));
    const key = others.join(' ');
    if (!known.has(key)) known.set(key, await q.bearerFor(person, others));
    t.is(await call(path, method, { authorization: `Bearer ${known.get(key)}` }), 403, `${method} ${path}`);
  }
});

test('with a token that has any one of the listed scopes, it is let through, and answers as the document says', async (t) => {
  for (const { path, method, operation } of operations) {
    for (const scope of scopesIn(operation.security)) {
      const status = await call(path, method, bearer(scope));
      t.false(refused.has(status), `${method} ${path} with ${scope} answers ${status}`);
      t.true(Object.hasOwn(operation.responses, String(status)), `${method} ${path} answers ${status}`);
    }
  }
});

test('an operation that lists no scope opens to the other credentials that it lists', async (t) => {
  const cookie = await startSession(q.knex, { userId: person.id, idleHours: 1, address: null, userAgent: null });
  const session = {
    cookie: `${sessionCookie}=${cookie}`,
    origin: q.url,
    'x-csrftoken': csrfToken(q.services.config.secretKey, cookie),
  };
  const token = { authorization: `Token ${await q.tokenFor(person)}` };
  for (const { path, method, operation } of operations) {
    if (isOpen(operation)) continue;
    const schemes = (operation.security ?? []).flatMap((alternative) => Object.keys(alternative));
    for (const [scheme, headers] of [
      ['cookieAuth', session],
      ['tokenAuth', token],
    ] as const) {
      const status = await call(path, method, headers);
      t.is(!refused.has(status), schemes.includes(scheme), `${method} ${path} with ${scheme} answers ${status}`);
    }
  }
});

test('the document is YAML unless JSON is asked for, and caches know it', async (t) => {
  const type = async (path: string, accept?: string) => {
    const response = await q.fetch(path, { ...(accept && { headers: { accept } }) });
    await response.arrayBuffer();
    return response.headers.get('content-type');
  };
  t.is(await type('/api/schema/'), 'application/vnd.oai.openapi');
  t.is(await type('/api/schema/', 'application/json'), 'application/json');
  t.is(await type('/api/schema/?format=json'), 'application/json');
  t.is(await type('/api/schema/?format=openapi-json'), 'application/json');
  t.is(await type('/api/schema/?format=yaml', 'application/json'), 'application/yaml');
  t.is(await type('/api/schema.json'), 'application/json');
  t.is(await type('/api/schema.yaml'), 'application/yaml');
  const first = await q.fetch('/api/schema/');
  const etag = first.headers.get('etag') ?? '';
  t.truthy(etag);
  // Without the second header, fetch itself asks for no cached answer.
  const having = (tag: string) => ({ headers: { 'if-none-match': tag, 'cache-control': 'max-age=0' } });
  t.is((await q.fetch('/api/schema/', having(etag))).status, 304);
  t.is((await q.fetch('/api/schema/', having('"another"'))).status, 200);
  t.is((await q.fetch('/api/schema/?format=xml')).status, 400);
});
