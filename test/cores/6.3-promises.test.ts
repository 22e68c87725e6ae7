import test from 'ava';
import { loadSampleLab } from '../../api/sample/index.ts';
import { type Running, start } from '../harness/index.ts';

// The promises that have no test of their own beside what they are about: test/booking, test/inventory, test/people.
let q: Running;
let as: string;
test.before(async () => {
  q = await start();
  await loadSampleLab(q.services);
  as = await q.tokenFor(await q.person({ username: 'root', superuser: true }));
});
test.after.always(() => q?.close());

const lists = [
  'inventory/host',
  'inventory/hostbyid',
  'inventory/nic',
  'inventory/card',
  'inventory/rack',
  'booking/bookable',
  'booking/booking',
  'booking/reservation',
  'auth/users',
  'auth/groups',
  'live/scansession',
  'live/nicconflict',
  'live/locationconflict',
  'live/unknown',
  'live/virtualhost',
  'live/offline',
  'live/ignoredmac',
  'notices/notice',
  'loans/customer',
  'loans/loan',
];

/** How many statements the database is asked while something is done. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const { pool, knex } = q.services;
  let count = 0;
  const query = pool.query.bind(pool) as (...given: unknown[]) => unknown;
  const onQuery = () => {
    count += 1;
  };
  knex.on('query', onQuery);
  Object.assign(pool, {
    query: (...given: unknown[]) => {
      count += 1;
      return query(...given);
    },
  });
  try {
    await work();
  } finally {
    Object.assign(pool, { query });
    knex.off('query', onQuery);
  }
  return count;
}

test.serial('a page of any list takes as many statements with a hundred rows as with one', async (t) => {
  for (const list of lists) {
    const read = (limit: number) => async () => {
      const { status } = await q.json(`/api/${list}/?limit=${limit}`, { as });
      t.is(status, 200, list);
    };
    await read(1)();
    const one = await statementsOf(read(1));
    t.is(await statementsOf(read(100)), one, list);
    t.true(one <= 2, `${list}: ${one}`);
  }
});

test.serial('each report is one statement', async (t) => {
  for (const report of ['utilization', 'assetsummary', 'longreservations']) {
    const read = async () => t.is((await q.fetch(`/api/reports/${report}/`, { as })).status, 200, report);
    await read();
    t.is(await statementsOf(read), 1, report);
  }
});

test.serial('pages have a largest size and keep their order, so that nothing is missing or told twice', async (t) => {
  const all = (await q.json<{ id: number }[]>('/api/booking/bookable/', { as })).body.map(({ id }) => id);
  const paged: number[] = [];
  for (let next: string | null = '/api/booking/bookable/?limit=7'; next; ) {
    const { body }: { body: { results: { id: number }[]; next: string | null } } = await q.json(next, { as });
    paged.push(...body.results.map(({ id }) => id));
    next = body.next;
  }
  t.deepEqual(paged, all);
  const { body } = await q.json<{ results: unknown[] }>('/api/inventory/nic/?limit=99999999', { as });
  t.true(body.results.length <= 10_000);
});

test.serial(
  'an address, network, MAC or number that is none is a 400 that names it, in bodies and in filters',
  async (t) => {
    const named = async (path: string, json?: object) => {
      const { status, body } = await q.json<object>(path, { as, ...(json && { json }) });
      return [status, ...Object.keys(body)];
    };
    const hardware = (await q.knex('host_hardware').first('id')).id;
    const building = (await q.knex('building').first('id')).id;
    t.deepEqual(await named('/api/inventory/hostbyid/', { hostname: 'x', hardware, ip: '10.0.0.256' }), [400, 'ip']);
    t.deepEqual(await named('/api/inventory/nicbyid/', { mac: 'zz', primary: false }), [400, 'mac']);
    t.deepEqual(await named('/api/inventory/labbyid/', { name: 'x', building, network: '10.0.0.1/8' }), [
      400,
      'network',
    ]);
    t.deepEqual(await named('/api/inventory/hostbyid/', { hostname: 'x', hardware: 'x' }), [400, 'hardware']);
    for (const [path, filter] of [
      ['inventory/hostbyid', 'mac=zz'],
      ['inventory/hostbyid', 'network=10.0.0.300'],
      ['booking/bookable', 'lab=abc'],
      ['booking/bookable', 'hw=1,x'],
      ['booking/booking', 'owner=abc'],
      ['booking/booking', 'import_id=abc'],
      ['live/unknown', 'network=zz'],
      ['live/nicconflict', 'nic=abc'],
    ]) {
      t.deepEqual(await named(`/api/${path}/?${filter}`), [400, filter?.split('=')[0]], filter);
    }
    t.is((await q.fetch('/api/inventory/host/abc/', { as })).status, 404);
  },
);

test.serial('reservations, notices, conflicts and loans are in the API, described and named at its root', async (t) => {
  const root = (await q.json<Record<string, unknown>>('/api/')).body;
  const { body } = await q.json<{ paths: Record<string, object> }>('/api/schema/?format=json');
  for (const list of lists) {
    t.is(root[list], `${q.url}/api/${list}/`);
    t.truthy(body.paths[`/api/${list}/`], list);
  }
  for (const path of ['live/ingest', 'live/macs', 'import/gethosttype', 'import/gethosthardware', 'cron/maintenance']) {
    t.truthy(body.paths[`/api/${path}`], path);
  }
});

test.serial(
  'one set of rules for every way in: what clashes is 409, with the same words and the id it clashes with',
  async (t) => {
    const { body: free } = await q.json<{ id: number }[]>('/api/booking/bookable/?active=1&free=1&nores=1', { as });
    const slot = { start: '2035-02-01T08:00:00Z', end: '2035-02-02T08:00:00Z', comment: 'Firmware' };
    const mine = await q.json<{ id: number }>('/api/booking/booking/', {
      as,
      json: { bookable: free[0]?.id, ...slot },
    });
    t.is(mine.status, 201);
    const wish = { bookable: String(free[0]?.id), ...slot, end: '2035-02-01T09:00:00Z' };
    const { bookable, ...rest } = wish;
    const refused = await Promise.all([
      q.json<Told>('/api/booking/booking/', { as, json: wish }),
      q.json<Told>('/api/booking/booking/', { as, method: 'POST', body: new URLSearchParams(wish) }),
      q.json<Told>('/api/resources/bookings', { as, json: wish }),
      q.json<Told>('/api/v1/Booking', { as, json: { bookableId: bookable, ...rest } }),
    ]);
    for (const { status, body } of refused) {
      t.is(status, 409);
      t.is(body.detail ?? body.message, refused[0]?.body.detail);
    }
    t.is(refused[0]?.body.clash.id, mine.body.id);
    const page = await q.fetch('/api/booking/booking/', {
      as,
      method: 'POST',
      headers: { accept: 'text/html' },
      body: new URLSearchParams(wish),
    });
    t.is(page.status, 409);
    t.true((await page.text()).includes(refused[0]?.body.detail ?? '?'), 'the page says it too');

    const stranger = await q.person({ username: 'stranger', rights: { booking: ['view', 'add'] } });
    const path = `/api/booking/booking/${mine.body.id}/`;
    const cancel = async (who: string) => (await q.fetch(path, { as: who, method: 'DELETE' })).status;
    t.is(await cancel(await q.tokenFor(stranger)), 403, 'another’s booking stays');
    t.is(await cancel(as), 204);
    t.is(
      (await q.json<object[]>(`/api/booking/booking/?bookable=${bookable}&start_after=2035-01-01T00:00Z`, { as })).body
        .length,
      0,
    );
    t.truthy(
      (await q.knex('occupancy').where({ id: mine.body.id }).first()).cancelled_at,
      'it is still in the records',
    );
  },
);

interface Told {
  readonly detail?: string;
  readonly message?: string;
  readonly clash: { readonly id: number };
}
