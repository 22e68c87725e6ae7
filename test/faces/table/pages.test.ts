import test from 'ava';
import { type Setting, setting } from './setting.ts';

let q: Setting;
test.before(async () => {
  q = await setting();
});
test.after.always(() => q?.close());

test('A browser that looks at a table’s address gets a page around the same answer', async (t) => {
  const look = async (path: string) => {
    const response = await q.fetch(path, { as: q.root, headers: { accept: 'text/html' } });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  const table = await look('/api/resources/hosts/table/hosts');
  t.is(table.status, 200);
  t.is(table.type, 'text/html; charset=utf-8');
  t.regex(table.text, /Table of hosts/);
  t.regex(table.text, /alpha/);
  const missing = await look('/api/resources/hosts/999999');
  t.is(missing.status, 404);
  t.regex(missing.type ?? '', /html/);
});

test('Methods that a path does not have are 405, and OPTIONS names those that it has', async (t) => {
  const ask = async (path: string, method: string) => {
    const response = await q.fetch(`/api/resources/${path}`, { as: q.root, method });
    return [response.status, response.headers.get('allow')];
  };
  t.deepEqual(await ask('hosts', 'GET'), [405, 'POST, OPTIONS']);
  t.deepEqual(await ask('hosts/table/hosts', 'PUT'), [405, 'GET, POST, QUERY, HEAD, OPTIONS']);
  t.deepEqual(await ask('hosts/1', 'OPTIONS'), [200, 'GET, PUT, PATCH, DELETE, POST, HEAD, OPTIONS']);
  t.deepEqual(await ask('hosts/1/inline/hostname', 'GET'), [405, 'PUT, PATCH, POST, OPTIONS']);
});

test('A table answers HEAD without a body', async (t) => {
  const response = await q.fetch('/api/resources/hosts/table/hosts', { as: q.root, method: 'HEAD' });
  t.is(response.status, 200);
  t.is(await response.text(), '');
});
