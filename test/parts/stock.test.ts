import test from 'ava';
import { readSerialNumbers } from '../../api/resources/parts/serial-numbers.ts';
import { permissions } from '../../shared/access/roles.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

let q: Running;
let keeper: TestPerson;
let token: string;
test.before(async () => {
  q = await start();
  keeper = await q.person({
    username: 'keeper',
    rights: { part: permissions, part_category: permissions, stock: permissions, stock_location: permissions },
  });
  token = await q.tokenFor(keeper);
});
test.after.always(() => q?.close());

type Body = Record<string, unknown> & { pk: number };
const post = (path: string, json: object) => q.json<Body[]>(path, { as: token, json });
const patch = (path: string, json: object) => q.json<Body>(path, { as: token, method: 'PATCH', json });
const get = <T = Body>(path: string) => q.json<T>(path, { as: token });
let parts = 0;
const makePart = async (more: object = {}): Promise<number> => {
  const { body } = await post('/api/part/', { name: `Part ${++parts}`, ...more });
  return (body as unknown as Body).pk;
};
const makeStock = async (values: object): Promise<Body> => {
  const { status, body } = await post('/api/stock/', values);
  if (status !== 201 || !body[0]) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body[0];
};
const historyOf = async (item: number) => (await get<Body[]>(`/api/stock/track/?item=${item}`)).body;

test('Making stock answers a list, with the keys that clients know', async (t) => {
  const part = await makePart();
  const { status, body } = await post('/api/stock/', { part, quantity: '12.50' });
  t.is(status, 201);
  t.is(body.length, 1);
  t.deepEqual(
    Object.keys(body[0] ?? {}).sort(),
    `pk part quantity serial batch location belongs_to build consumed_by customer delete_on_deplete expiry_date in_stock
     is_building link notes owner packaging parent purchase_order sales_order status status_text status_custom_key supplier_part
     SKU MPN barcode_hash creation_date stocktake_date updated purchase_price purchase_price_currency allocated expired stale
     installed_items child_items tracking_items tags part_detail`
      .split(/\s+/)
      .sort(),
  );
  t.like(body[0], { quantity: 12.5, status: 10, status_text: 'OK', in_stock: true, serial: null, tracking_items: 1 });
  t.regex(String(body[0]?.updated), /^\d{4}-\d\d-\d\d \d\d:\d\d$/);
});

test('Serial numbers make one item each', async (t) => {
  const part = await makePart({ trackable: true });
  const { status, body } = await post('/api/stock/', { part, quantity: 2, serial_numbers: '1005,1006', batch: 'B1' });
  t.is(status, 201);
  t.deepEqual(
    body.map(({ serial, quantity, batch }) => [serial, quantity, batch]),
    [
      ['1005', 1, 'B1'],
      ['1006', 1, 'B1'],
    ],
  );
  const wrong = await post('/api/stock/', { part, quantity: 3, serial_numbers: '2000,2001' });
  t.deepEqual([wrong.status, Object.keys(wrong.body)], [400, ['serial_numbers']]);
  const taken = await post('/api/stock/', { part, quantity: 2, serial_numbers: '1006, 1007' });
  t.is(taken.status, 400);
  t.is((await get<Body[]>(`/api/stock/?part=${part}`)).body.length, 2);
  const untracked = await post('/api/stock/', { part: await makePart(), quantity: 1, serial_numbers: '1' });
  t.deepEqual([untracked.status, Object.keys(untracked.body)], [400, ['serial_numbers']]);
});

test('Serial numbers are read as people write them', (t) => {
  t.deepEqual(readSerialNumbers('1005,1006', 2), ['1005', '1006']);
  t.deepEqual(readSerialNumbers('1-3 7', 4), ['1', '2', '3', '7']);
  t.deepEqual(readSerialNumbers('10+3', 3), ['10', '11', '12']);
  t.deepEqual(readSerialNumbers('A1; 5+', 4), ['A1', '5', '6', '7']);
  t.deepEqual(readSerialNumbers('008-010', 3), ['008', '009', '010']);
  for (const bad of ['', '1,1', '3-1', '1-99999999', '5+0']) t.is(typeof readSerialNumbers(bad, 1), 'string', bad);
});

test('One of forty makers of one serial number wins', async (t) => {
  const part = await makePart({ trackable: true });
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => post('/api/stock/', { part, quantity: 1, serial_numbers: '77' })),
  );
  t.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(39).fill(400)]);
});

test('Stock needs a real part and an amount, and never of a virtual part', async (t) => {
  const missing = await post('/api/stock/', {});
  t.deepEqual([missing.status, Object.keys(missing.body).sort()], [400, ['part', 'quantity']]);
  t.deepEqual(Object.keys((await post('/api/stock/', { part: 999_999, quantity: 1 })).body), ['part']);
  const part = await makePart();
  for (const quantity of [-1, 'many', null, '1e999']) {
    t.deepEqual(Object.keys((await post('/api/stock/', { part, quantity })).body), ['quantity'], String(quantity));
  }
  t.is((await post('/api/stock/', { part, quantity: 1, status: 11 })).status, 400);
  const virtual = await makePart({ virtual: true });
  t.deepEqual(Object.keys((await post('/api/stock/', { part: virtual, quantity: 1 })).body), ['part']);
});

test('Every change of stock leaves its entry: who, what kind, and the facts as they are since', async (t) => {
  const part = await makePart();
  const there = (await post('/api/stock/location/', { name: 'There' })).body as unknown as Body;
  const { pk } = await makeStock({ part, quantity: 4 });
  await patch(`/api/stock/${pk}/`, { location: there.pk });
  await patch(`/api/stock/${pk}/`, { quantity: 3, status: 55 });
  await patch(`/api/stock/${pk}/`, { quantity: 3, status: 55 });
  await patch(`/api/stock/${pk}/`, { packaging: 'bag' });
  const history = await historyOf(pk);
  t.deepEqual(
    history.map(({ tracking_type, deltas, user }) => [tracking_type, deltas, user]),
    [
      [5, {}, keeper.id],
      [5, { status: 55, quantity: 3 }, keeper.id],
      [20, { location: there.pk }, keeper.id],
      [1, { status: 10, quantity: 4 }, keeper.id],
    ],
  );
  t.deepEqual(Object.keys(history[0] ?? {}), [
    'pk',
    'item',
    'date',
    'deltas',
    'label',
    'notes',
    'tracking_type',
    'user',
  ]);
  const detailed = await get<Body[]>(`/api/stock/track/?item=${pk}&user_detail=true&limit=1`);
  t.like((detailed.body as unknown as { results: Body[] }).results[0], { user_detail: { username: 'keeper' } });
  t.is((await post('/api/stock/track/', { item: pk })).status, 405);
});

test('A change that is refused leaves no entry', async (t) => {
  const { pk } = await makeStock({ part: await makePart(), quantity: 1 });
  t.is((await patch(`/api/stock/${pk}/`, { quantity: 2, location: 999_999 })).status, 400);
  t.is((await historyOf(pk)).length, 1);
});

test('What a client got of stock it can send back whole, and nothing changes', async (t) => {
  const { pk } = await makeStock({ part: await makePart(), quantity: '440.00000', purchase_price: '1.5' });
  const { body } = await get(`/api/stock/${pk}/`);
  t.is(body.purchase_price, '1.500000');
  const sent = await patch(`/api/stock/${pk}/`, body);
  t.deepEqual(sent.body, body);
  t.is((await historyOf(pk)).length, 1);
});

test('Many changes of one item in the same moment are all kept apart in its history', async (t) => {
  const { pk } = await makeStock({ part: await makePart(), quantity: 100 });
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => patch(`/api/stock/${pk}/`, { quantity: n })));
  t.true(answers.every(({ status }) => status === 200));
  const [last, ...rest] = await historyOf(pk);
  t.is(rest.length, 20);
  t.is((await get(`/api/stock/${pk}/`)).body.quantity, (last?.deltas as { quantity: number } | undefined)?.quantity);
});

test('Stock of a part that expires gets its day; what is past it counts as expired', async (t) => {
  const part = await makePart({ default_expiry: 10 });
  const fresh = await makeStock({ part, quantity: 1 });
  t.is(fresh.expiry_date, new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10));
  const old = await makeStock({ part, quantity: 1, expiry_date: '2020-01-01' });
  t.true(old.expired);
  t.deepEqual(
    (await get<Body[]>(`/api/stock/?part=${part}&expired=true`)).body.map(({ pk }) => pk),
    [old.pk],
  );
});

test('Stock is narrowed by what clients ask for', async (t) => {
  const part = await makePart({ trackable: true, IPN: 'F-1' });
  const plain = await makeStock({ part, quantity: 5, batch: 'B-7' });
  const lost = await makeStock({ part, quantity: 2, status: 70 });
  const serial = await makeStock({ part, quantity: 1, serial: '42' });
  const empty = await makeStock({ part, quantity: 0 });
  const pks = async (query: string) =>
    (await get<Body[]>(`/api/stock/?part=${part}&${query}`)).body.map(({ pk }) => pk).sort((a, b) => a - b);
  t.deepEqual(await pks('in_stock=True'), [plain.pk, lost.pk, serial.pk]);
  t.deepEqual(await pks('in_stock=0'), [empty.pk]);
  t.deepEqual(await pks('available=1'), [plain.pk, serial.pk]);
  t.deepEqual(await pks('serialized=true'), [serial.pk]);
  t.deepEqual(await pks('serial=42'), [serial.pk]);
  t.deepEqual(await pks('batch=B-7'), [plain.pk]);
  t.deepEqual(await pks('status=70'), [lost.pk]);
  t.deepEqual(await pks('min_stock=2'), [plain.pk, lost.pk]);
  t.deepEqual(await pks('location=null&IPN=f-1&search=b-7'), [plain.pk]);
  const { body } = await get<Body[]>(`/api/stock/?part=${part}&ordering=-quantity`);
  t.deepEqual(
    body.map(({ quantity }) => quantity),
    [5, 2, 1, 0],
  );
});

test('Whoever may only view stock can not make, change or delete it', async (t) => {
  const viewer = await q.tokenFor(await q.person({ username: 'viewer', rights: { stock: ['view'] } }));
  const { pk } = await makeStock({ part: await makePart(), quantity: 1 });
  t.is((await q.json(`/api/stock/${pk}/`, { as: viewer })).status, 200);
  t.is((await q.json('/api/stock/', { as: viewer, json: { part: 1, quantity: 1 } })).status, 403);
  t.is((await q.json(`/api/stock/${pk}/`, { as: viewer, method: 'PATCH', json: {} })).status, 403);
  t.is((await q.json(`/api/stock/${pk}/`, { as: viewer, method: 'DELETE' })).status, 403);
  t.is((await q.json('/api/part/', { as: viewer })).status, 403);
  t.is((await q.json('/api/stock/')).status, 401);
});

test('An item in which others are installed can not be deleted before them', async (t) => {
  const part = await makePart();
  const outer = await makeStock({ part, quantity: 1 });
  const inner = await makeStock({ part, quantity: 1, belongs_to: outer.pk });
  t.is((await get(`/api/stock/${outer.pk}/`)).body.installed_items, 1);
  t.is((await q.json(`/api/stock/${outer.pk}/`, { as: token, method: 'DELETE' })).status, 409);
  t.is((await q.fetch(`/api/stock/${inner.pk}/`, { as: token, method: 'DELETE' })).status, 204);
  t.is((await q.fetch(`/api/stock/${outer.pk}/`, { as: token, method: 'DELETE' })).status, 204);
  t.is((await patch(`/api/stock/${outer.pk}/`, { quantity: 1 })).status, 404);
});

test('Items are never installed in each other in a circle', async (t) => {
  const part = await makePart();
  const a = await makeStock({ part, quantity: 1 });
  const b = await makeStock({ part, quantity: 1, belongs_to: a.pk });
  t.is((await patch(`/api/stock/${a.pk}/`, { belongs_to: b.pk })).status, 400);
  t.is((await patch(`/api/stock/${a.pk}/`, { belongs_to: a.pk })).status, 400);
});
