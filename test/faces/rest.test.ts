import test from 'ava';
import fc from 'fast-check';
import { type Running, start } from '../harness/index.ts';

let q: Running;
let root: string;

test.before(async () => {
  q = await start();
  root = await q.tokenFor(await q.person({ username: 'root', superuser: true }));
  await q.json('/api/inventory/building/', { as: root, json: { code: 'B1' } });
  await q.json('/api/inventory/lab/', { as: root, json: { name: 'L1', building: '/api/inventory/building/1/' } });
  await q.json('/api/inventory/rack/', { as: root, json: { number: 3, lab: '/api/inventory/lab/1/' } });
  await q.json('/api/inventory/hosttype/', { as: root, json: { name: 'server' } });
  await q.json('/api/inventory/hosthardware/', {
    as: root,
    json: { name: 'R640', host_type: '/api/inventory/hosttype/1/' },
  });
  await q.knex.raw(`
    INSERT INTO host (hostname, hardware_id, rack_id, serial_no, details)
    SELECT 'h' || n, 1, CASE WHEN n % 3 = 0 THEN 1 END, CASE WHEN n % 7 = 0 THEN NULL ELSE 'S' || (n % 50) END, 'd' || (n % 5)
    FROM generate_series(1, 2500) n`);
});
test.after.always(() => q?.close());

interface Page<Row> {
  count: number;
  next: string | null;
  previous: string | null;
  results: Row[];
}
interface Host {
  id: number;
  hostname: string;
  serial_no: string | null;
}

test('A list without limit is a bare array of everything, under exactly application/json', async (t) => {
  const { status, body, headers } = await q.json<Host[]>('/api/inventory/hostbyid/', { as: root });
  t.is(status, 200);
  t.is(headers.get('content-type'), 'application/json');
  t.is(body.length, 2500);
  t.is(new Set(body.map((host) => host.id)).size, 2500);
});

// Alone, as what follows: the others change rows meanwhile.
test.serial('limit and offset page through it, with links to the next and the previous page', async (t) => {
  const { body } = await q.json<Page<Host>>('/api/inventory/hostbyid/?limit=10&offset=20&details=d1', { as: root });
  t.is(body.count, 500);
  t.is(body.results.length, 10);
  t.is(body.next, `${q.url}/api/inventory/hostbyid/?limit=10&offset=30&details=d1`);
  t.is(body.previous, `${q.url}/api/inventory/hostbyid/?limit=10&offset=10&details=d1`);
  const { body: last } = await q.json<Page<Host>>('/api/inventory/hostbyid/?limit=10&offset=2500', { as: root });
  t.deepEqual([last.results.length, last.next], [0, null]);
  const { body: whole } = await q.json<Host[]>('/api/inventory/hostbyid/?limit=0', { as: root });
  t.is(whole.length, 2500);
});

test.serial(
  'Following cursors visits every row once, in the order of the whole list, whatever that order is',
  async (t) => {
    const orders = fc.array(
      fc.constantFrom(
        'hostname',
        '-hostname',
        'serial_no',
        '-serial_no',
        'details',
        '-details',
        'rack',
        '-rack',
        '-id',
      ),
      { maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 300, max: 1400 }), async (order, limit) => {
        const query = `ordering=${order.join(',')}`;
        const { body: whole } = await q.json<Host[]>(`/api/inventory/hostbyid/?${query}`, { as: root });
        const seen: number[] = [];
        let next: string | null = `/api/inventory/hostbyid/?${query}&limit=${limit}&cursor=`;
        while (next) {
          const { body }: { body: Page<Host> } = await q.json<Page<Host>>(next, { as: root });
          seen.push(...body.results.map((host) => host.id));
          next = body.next;
        }
        t.deepEqual(
          seen,
          whole.map((host) => host.id),
        );
      }),
      { numRuns: 12 },
    );
  },
);

test('A made-up cursor is refused with a sentence', async (t) => {
  for (const cursor of ['x', 'WzFd', 'e30', 'WyJhIiwiYiJd', 'WyJhIl0', 'W251bGwsbnVsbF0']) {
    const { status } = await q.json(`/api/inventory/hostbyid/?limit=5&ordering=id&cursor=${cursor}`, { as: root });
    t.true(status === 400 || status === 200, `${cursor}: ${status}`);
  }
  const { status, body } = await q.json('/api/inventory/hostbyid/?cursor=zzz', { as: root });
  t.is(status, 400);
  t.deepEqual(Object.keys(body as object), ['cursor']);
});

test('search finds rows that hold every word', async (t) => {
  const { body } = await q.json<Host[]>('/api/inventory/hostbyid/?search=h2499', { as: root });
  t.deepEqual(
    body.map((host) => host.hostname),
    ['h2499'],
  );
  const { body: none } = await q.json<Host[]>('/api/inventory/hostbyid/?search=h2499%20nowhere', { as: root });
  t.deepEqual(none, []);
  const { body: literal } = await q.json<Host[]>('/api/inventory/hostbyid/?search=%25', { as: root });
  t.deepEqual(literal, [], 'a percent sign is only itself');
});

test('A filter that makes no sense is refused by name, an unknown parameter is passed over', async (t) => {
  const bad = await q.json('/api/inventory/hostbyid/?rack=abc', { as: root });
  t.is(bad.status, 400);
  t.deepEqual(Object.keys(bad.body as object), ['rack']);
  t.is((await q.json('/api/inventory/hostbyid/?ip=10.0.0.999', { as: root })).status, 400);
  t.is((await q.json('/api/inventory/hostbyid/?limit=5&rack=99999999999', { as: root })).status, 400);
  t.is((await q.json('/api/inventory/hostbyid/?limit=1&purchasable=True&format=json', { as: root })).status, 200);
});

test('Several values of a filter mean any of them, and null means none', async (t) => {
  const { body: any } = await q.json<Host[]>('/api/inventory/hostbyid/?id=1,2,3', { as: root });
  t.is(any.length, 3);
  const { body: none } = await q.json<Page<Host>>('/api/inventory/hostbyid/?limit=1&serial_no=null', { as: root });
  t.is(none.count, 357);
});

test('Hyperlinked resources take links and nothing else, and answer a Location', async (t) => {
  const made = await q.json<{ url: string; lab: string }>('/api/inventory/rack/', {
    as: root,
    json: { number: 9, lab: `${q.url}/api/inventory/lab/1/` },
  });
  t.is(made.status, 201);
  t.is(made.headers.get('location'), made.body.url);
  t.is(made.body.lab, `${q.url}/api/inventory/lab/1/`);
  t.is((await q.json('/api/inventory/rack/', { as: root, json: { number: 9, lab: 1 } })).status, 400);
  const wrong = { number: 9, lab: '/api/inventory/building/1/' };
  t.is((await q.json('/api/inventory/rack/', { as: root, json: wrong })).status, 400);
});

test('Sending back a whole object changes only what differs, and read-only and unknown keys are passed over', async (t) => {
  const { body: host } = await q.json<Host>('/api/inventory/hostbyid/10/', { as: root });
  const same = await q.json<Host>('/api/inventory/hostbyid/10/', {
    as: root,
    method: 'PATCH',
    json: { ...host, bookable: 99, no_such_key: 1 },
  });
  t.is(same.status, 200);
  t.deepEqual(same.body, host);
  const entries = await q.knex('audit_entries').where({ resource: 'host', object_id: '10' });
  t.deepEqual(entries, [], 'nothing changed, so nothing is in the audit trail');
});

test('PUT wants every required field, PATCH only what it changes', async (t) => {
  const put = await q.json('/api/inventory/hostbyid/11/', { as: root, method: 'PUT', json: { hostname: 'h11' } });
  t.is(put.status, 400);
  t.deepEqual(put.body, { hardware: ['This field is required.'] });
  const patch = { as: root, method: 'PATCH', json: { details: 'new' } };
  t.is((await q.json('/api/inventory/hostbyid/11/', patch)).status, 200);
});

test('Every write leaves who did it, by what, and the old and new values', async (t) => {
  await q.json('/api/inventory/hostbyid/12/', { as: root, method: 'PATCH', json: { details: 'audited' } });
  const entry = await q.knex('audit_entries').where({ resource: 'host', object_id: '12' }).first();
  t.is(entry.actor, 'root');
  t.is(entry.proof, 'token');
  t.truthy(entry.token_id);
  t.is(entry.action, 'update');
  t.deepEqual(entry.changes, { details: { old: 'd2', new: 'audited' } });
});

test('A refused write changes nothing and leaves no audit row', async (t) => {
  const created = () => q.knex('audit_entries').where({ resource: 'host', action: 'create' });
  const before = await created();
  const { status, body } = await q.json('/api/inventory/hostbyid/', {
    as: root,
    json: { hostname: 'h1', hardware: 1 },
  });
  t.is(status, 400);
  t.deepEqual(Object.keys(body as object), ['hostname']);
  t.deepEqual(await created(), before);
});

test('A row that others need is not deleted: 409 says what needs it', async (t) => {
  const { status, body } = await q.json<{ detail: string }>('/api/inventory/hosthardware/1/', {
    as: root,
    method: 'DELETE',
  });
  t.is(status, 409);
  t.regex(body.detail, /hosts/);
});

test('Forms and multipart bodies are read like JSON', async (t) => {
  const form = await q.fetch('/api/inventory/building/', {
    as: root,
    method: 'POST',
    body: new URLSearchParams({ code: 'FORM' }),
  });
  t.is(form.status, 201);
  const data = new FormData();
  data.set('code', 'MULTI');
  t.is((await q.fetch('/api/inventory/building/', { as: root, method: 'POST', body: data })).status, 201);
});

test('A body that can not be read is a 400, a method that is not there a 405 with Allow', async (t) => {
  const headers = { 'content-type': 'application/json' };
  for (const body of ['{', '"text"', '[1]', '5']) {
    t.is((await q.fetch('/api/inventory/building/', { as: root, method: 'POST', body, headers })).status, 400, body);
  }
  const wrong = await q.fetch('/api/inventory/building/', { as: root, method: 'DELETE' });
  t.is(wrong.status, 405);
  t.is(wrong.headers.get('allow'), 'GET, HEAD, OPTIONS, POST');
});

test('A null character anywhere is a 400 and never reaches the database', async (t) => {
  t.is((await q.json('/api/inventory/building/', { as: root, json: { code: 'a\0b' } })).status, 400);
  t.is((await q.json('/api/inventory/hostbyid/?hostname=a%00b', { as: root })).status, 400);
  t.is((await q.json('/api/inventory/hostbyid/?search=a%00b', { as: root })).status, 400);
});

test('A path with no such row, a word for an id, or a huge id is a 404', async (t) => {
  for (const id of ['999999', 'abc', '99999999999', '-1', '1.5']) {
    t.is((await q.json(`/api/inventory/hostbyid/${id}/`, { as: root })).status, 404, id);
  }
  const { body } = await q.json('/api/no-such-thing/', { as: root });
  t.deepEqual(body, { detail: 'API endpoint not found', url: `${q.url}/api/no-such-thing/` });
});

test('OPTIONS says what a path takes and which writes the caller may do', async (t) => {
  interface Metadata {
    actions: Record<string, Record<string, { required: boolean; read_only: boolean; max_length?: number }>>;
  }
  const { body } = await q.json<Metadata>('/api/inventory/hostbyid/', { as: root, method: 'OPTIONS' });
  t.deepEqual(Object.keys(body.actions), ['POST', 'GET']);
  t.like(body.actions.POST?.hostname, { required: true, read_only: false, max_length: 50 });
  t.like(body.actions.POST?.bookable, { read_only: true });
  const reader = await q.tokenFor(await q.person({ username: 'options-reader', rights: { host: ['view'] } }));
  const { body: less } = await q.json<Metadata>('/api/inventory/hostbyid/', { as: reader, method: 'OPTIONS' });
  t.deepEqual(Object.keys(less.actions), ['GET']);
});

test('Signed out, hosts are a 401 with a challenge; signed in without the role, a 403', async (t) => {
  const nobody = await q.fetch('/api/inventory/hostbyid/');
  t.is(nobody.status, 401);
  t.truthy(nobody.headers.get('www-authenticate'));
  const stranger = await q.tokenFor(await q.person({ username: 'stranger' }));
  t.is((await q.fetch('/api/inventory/hostbyid/', { as: stranger })).status, 403);
});

test('A reader who leaves a long list half read takes no connection along', async (t) => {
  for (let n = 0; n < 30; n++) {
    const leave = new AbortController();
    const answer = await q.fetch('/api/inventory/hostbyid/', { as: root, signal: leave.signal });
    leave.abort();
    await answer.body?.cancel().catch(() => undefined);
  }
  const { status } = await q.json('/api/inventory/hostbyid/?limit=1', { as: root });
  t.is(status, 200);
});
