import test from 'ava';
import { loadSampleLab, sampleLogins } from '../../api/sample/index.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
test.before(async () => {
  q = await start({ config: { timeZone: 'America/New_York' } });
  await loadSampleLab(q.services);
});
test.after.always(() => q?.close());

const count = async (sql: string): Promise<number> =>
  (await q.knex.raw<{ rows: { n: number }[] }>(`SELECT count(*)::int AS n FROM ${sql}`)).rows[0]?.n ?? 0;

test('the sample lab has something of everything, and loading it again adds nothing', async (t) => {
  const counts = async () => ({
    building: await count('building'),
    lab: await count('lab'),
    rack: await count('rack'),
    host: await count('host'),
    bookable: await count('bookable'),
    part: await count('part'),
    person: await count('users'),
  });
  const first = await counts();
  t.deepEqual(first, { building: 2, lab: 4, rack: 12, host: 120, bookable: 84, part: 60, person: 13 });
  t.is(await loadSampleLab(q.services), sampleLogins);
  t.deepEqual(await counts(), first);
  t.true((await count('booking WHERE "end" < now()')) > 100);
  t.true((await count('booking WHERE start <= now() AND "end" > now()')) > 10);
  t.true((await count('booking WHERE start > now()')) > 50);
  t.true((await count('reservation')) >= 5);
  t.true((await count('stock_item WHERE in_stock')) >= 60);
  for (const table of [
    'scan_session',
    'nic_scan_conflict',
    'location_scan_conflict',
    'unknown_scan_conflict',
    'virtual_hosts_scan',
    'offline_host_warning',
    'ignored_mac',
    'notice',
    'customer',
    'loan',
  ]) {
    t.true((await count(table)) >= 1, table);
  }
});

test('nothing in the sample lab breaks the rules', async (t) => {
  t.is(
    await count(
      'booking AS b JOIN bookable AS k ON k.id = b.bookable_id WHERE k.status <> \'active\' AND b."end" > now()',
    ),
    0,
  );
  t.is(
    await count("bookable AS k JOIN host AS h ON h.id = k.host_id WHERE k.status = 'active' AND h.status <> 'active'"),
    0,
  );
  t.is(await count('booking WHERE "end" > start + interval \'31 days\''), 0);
  t.is(await count("booking WHERE to_char(start, 'HH24:MI') <> '00:00'"), 0);
  t.is(
    await count(`occupancy AS o JOIN bookable AS k ON k.id = o.bookable_id JOIN host AS h ON h.id = k.host_id
      WHERE h.group_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM user_groups AS g WHERE g.group_id = h.group_id AND g.user_id = o.owner_id)`),
    0,
  );
  t.is(await count('nic AS n JOIN host AS h ON h.id = n.host_id WHERE n."primary" AND host(n.ip) <> host(h.ip)'), 0);
});

test('its people do what their log-in says, and no more', async (t) => {
  const [reader, engineer, booker, planner, storekeeper] = sampleLogins;
  const status = async (as: typeof reader, path: string, json?: object) =>
    (
      await q.fetch(path, {
        as: { id: 0, username: as?.username ?? '', password: as?.password ?? '' },
        ...(json && { json }),
      })
    ).status;
  const hosts = '/api/inventory/hostbyid/';
  const host = (n: number) => ({ hostname: `extra-${n}`, hardware: 1 });
  for (const one of sampleLogins) t.is(await status(one, '/api/booking/bookable/?limit=1'), 200);
  t.is(await status(reader, `${hosts}?limit=1`), 200);
  t.is(await status(reader, hosts, host(1)), 403);
  t.is(await status(engineer, hosts, host(2)), 201);
  t.is(await status(storekeeper, '/api/stock/location/', { name: 'Attic' }), 201);
  t.is(await status(booker, '/api/stock/location/', { name: 'Cellar' }), 403);
  const free = await q.knex.raw<{ rows: { id: number }[] }>(
    `SELECT k.id FROM bookable AS k JOIN host AS h ON h.id = k.host_id WHERE k.status = 'active' AND h.group_id IS NULL
       AND NOT EXISTS (SELECT FROM occupancy AS o WHERE o.bookable_id = k.id AND o.kind = 'reservation') LIMIT 1`,
  );
  const slot = (days: number) => ({
    bookable: free.rows[0]?.id,
    start: new Date(Date.now() + days * 86_400_000).toISOString(),
    end: new Date(Date.now() + (days + 1) * 86_400_000).toISOString(),
    comment: 'try',
  });
  t.is(await status(reader, '/api/booking/booking/', slot(40)), 403);
  t.is(await status(booker, '/api/booking/booking/', slot(40)), 201);
  t.is(await status(booker, '/api/booking/reservation/', slot(50)), 403);
  t.is(await status(planner, '/api/booking/reservation/', slot(50)), 201);
});
