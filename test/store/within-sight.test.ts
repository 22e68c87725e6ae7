import test from 'ava';
import { type Running, start, type TestPerson } from '../harness/index.ts';

type Row = Record<string, unknown>;

let q: Running;
/** May view everything. */
let boss: string;
/** May view bookings and stock, with nothing beside. */
let clerk: TestPerson;
let token: string;

test.before(async () => {
  q = await start();
  boss = await q.tokenFor(await q.person({ username: 'boss', superuser: true }));
  clerk = await q.person({ username: 'clerk', rights: { booking: ['view'], stock: ['view'] } });
  token = await q.tokenFor(clerk);
  const zelda = await q.person({ username: 'zelda', firstName: 'Zelda' });
  await q.knex.raw(
    `INSERT INTO building (code) VALUES ('N1');
    INSERT INTO lab (name, building_id) VALUES ('Compute', 1);
    INSERT INTO rack (number, lab_id) VALUES (7, 1);
    INSERT INTO host_type (name) VALUES ('server');
    INSERT INTO host_hardware (name, host_type_id) VALUES ('R640', 1);
    INSERT INTO groups (id, name) VALUES (77, 'Night shift');
    INSERT INTO host (hostname, hardware_id, rack_id, status, group_id) VALUES ('alpha', 1, 1, 'active', 77), ('beta', 1, 1, 'active', NULL);
    INSERT INTO bookable (host_id, status) VALUES (1, 'active'), (2, 'active');
    INSERT INTO occupancy (kind, bookable_id, owner_id, start, "end", comment) VALUES
      ('booking', 1, ${zelda.id}, now(), now() + interval '1 day', 'Firmware'),
      ('booking', 2, ${clerk.id}, now(), now() + interval '1 day', 'Inventory');
    INSERT INTO part (name, description) VALUES ('Wheel', 'for carts');
    INSERT INTO stock_location (name) VALUES ('Cellar');
    INSERT INTO stock_item (part_id, quantity, location_id) VALUES (1, 5, 1);
    INSERT INTO stock_tracking (item_id, tracking_type, user_id) VALUES (1, 1, ${zelda.id}), (1, 1, ${clerk.id})`,
  );
});
test.after.always(() => q?.close());

/** Every way to look for a word among bookings, and how many each finds. */
const searches: Record<string, (word: string, as: string) => Promise<number>> = {
  'REST search': async (word, as) => (await q.json<Row[]>(`/api/booking/booking/?search=${word}`, { as })).body.length,
  'REST search by pattern': async (word, as) =>
    (await q.json<Row[]>(`/api/booking/booking/?search=${word.slice(0, 3)}.*&search_regex=true`, { as })).body.length,
  'entity q': async (word, as) =>
    (await q.json<{ total: number }>(`/api/v1/Booking?q=${word}`, { headers: authorization(as) })).body.total,
  'entity textFilter': async (word, as) => {
    const where = encodeURIComponent(JSON.stringify([{ type: 'textFilter', value: word }]));
    return (await q.json<{ total: number }>(`/api/v1/Booking?where=${where}`, { headers: authorization(as) })).body
      .total;
  },
  'table column': async (word, as) => {
    const json = { search_columns: { owner: word } };
    return (await q.json<{ data: Row[] }>('/api/resources/bookings/table/bookings', { as, json })).body.data.length;
  },
  'global search of tables': async (word, as) =>
    (await q.json<{ data: Row[] }>(`/api/global-search?query=${word}`, { as })).body.data.filter((hit) =>
      JSON.stringify(hit).includes('alpha @'),
    ).length,
  'global search of entities': async (word, as) => {
    const { body } = await q.json<object>(`/api/v1/GlobalSearch?q=${word}`, { headers: authorization(as) });
    return JSON.stringify(body).includes('alpha @') ? 1 : 0;
  },
};
const authorization = (as: string) => ({ authorization: `Token ${as}` });

for (const [way, count] of Object.entries(searches)) {
  test(`Whoever may not view people finds no booking by the name of its owner: ${way}`, async (t) => {
    t.is(await count('zelda', boss), 1);
    t.is(await count('zelda', token), 0);
    // Nor is a word mended towards a name that they may not read.
    t.is(await count('zeldaa', token), 0);
  });
}

test('What is found by another word says nothing of the owner either', async (t) => {
  const { body } = await q.json<object>('/api/global-search?query=firmware', { as: token });
  t.regex(JSON.stringify(body), /alpha @/);
  t.notRegex(JSON.stringify(body), /zelda/i);
});

test('A filter by what somebody may not view is refused, and says why; their own rows are found', async (t) => {
  const find = (path: string, as?: string) => q.json<Row & Row[]>(path, { ...(as && { as }) });
  const refused = await find('/api/booking/booking/?owner_name=zelda', token);
  t.deepEqual([refused.status, refused.body.length], [200, 0], 'of people they see themself alone');
  t.is((await find('/api/booking/booking/?owner_name=clerk', token)).body.length, 1);
  t.is((await find('/api/booking/booking/?owner_name=zelda', boss)).body.length, 1);
  const parts = await find('/api/stock/?IPN=x', token);
  t.deepEqual([parts.status, parts.body.detail], [200, undefined], 'the number stands in the name of a stock item');
  const external = await find('/api/stock/?external=true', token);
  t.deepEqual(
    [external.status, external.body.detail],
    [403, 'This asks about stock locations, which you may not view.'],
  );
  t.is((await find('/api/stock/?external=false', boss)).status, 200);
});

test('An order by what somebody may not view is one by its number', async (t) => {
  const order = async (by: string, as: string) =>
    (await q.json<{ id: number }[]>(`/api/booking/booking/?ordering=${by}`, { as })).body.map(({ id }) => id);
  t.deepEqual(await order('owner_name', token), await order('owner', token));
  t.deepEqual(await order('-owner_name', boss), await order('owner_name', boss).then((ids) => ids.toReversed()));
});

test('What a bookable host shows to everybody, everybody may filter it by', async (t) => {
  const list = async (query: string) => q.json<Row[]>(`/api/booking/bookable/?${query}`);
  for (const query of ['lab=1&building=1', 'hw=1&htype=1', 'rack=1&hostname=ALPHA', 'active=1&free=0&ordering=ip']) {
    const { status, body } = await list(query);
    t.is(status, 200, query);
    t.true(body.length > 0, query);
  }
  t.is((await list('group=77')).status, 403);
  t.is((await q.json<Row[]>('/api/booking/bookable/?group=77', { as: boss })).body.length, 1);
});

test('The object at the other end of a reference is shown to those who may view it', async (t) => {
  const shown = async (path: string, as: string) => (await q.json<Row>(path, { as })).body;
  const asked = '/api/stock/1/?part_detail=true&location_detail=true&path_detail=true';
  const { part_detail, location_detail, location_path, part } = await shown(asked, token);
  t.deepEqual([part, part_detail, location_detail, location_path], [1, null, null, null]);
  const whole = await shown(asked, boss);
  t.is((whole.part_detail as Row).name, 'Wheel');
  t.is((whole.location_detail as Row).name, 'Cellar');
  t.is((whole.location_path as Row[])[0]?.name, 'Cellar');

  const users = async (as: string) =>
    (await q.json<{ user_detail: Row | null }[]>('/api/stock/track/?user_detail=true&ordering=pk', { as })).body.map(
      ({ user_detail }) => user_detail?.username ?? null,
    );
  t.deepEqual((await users(token)).toSorted(), ['clerk', null], 'they may view themself');
  t.deepEqual((await users(boss)).toSorted(), ['clerk', 'zelda']);

  const found = await q.json<{ stockitem: { results: Row[] } }>('/api/search/', {
    as: token,
    json: { search: 'wheel', stockitem: { part_detail: true } },
  });
  t.is(found.body.stockitem.results[0]?.part_detail, null);
});
