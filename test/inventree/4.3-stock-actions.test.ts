import test from 'ava';
import { type Bench, type Body, openBench } from './bench.ts';

let b: Bench;
test.before(async () => {
  b = await openBench();
});
test.after.always(() => b?.q.close());

const quantityOf = async (item: number) => (await b.get(`/api/stock/${item}/`)).body.quantity;
const lastOf = async (item: number) => (await b.historyOf(item))[0];
const stock = async (quantity: number | string = 10, more: object = {}) =>
  b.makeStock({ part: await b.makePart(), quantity, ...more });

test('Counting, adding and removing change the quantity and say so in the history', async (t) => {
  const pk = await stock();
  const counted = await b.post('/api/stock/count/', { items: [{ pk, quantity: 7.5 }], notes: 'Stocktake' });
  t.deepEqual([counted.status, counted.body as unknown], [201, { items: [{ pk, quantity: 7.5 }] }]);
  t.like(await lastOf(pk), {
    tracking_type: 10,
    label: 'Stock counted',
    notes: 'Stocktake',
    deltas: { quantity: 7.5 },
  });
  t.is((await b.post('/api/stock/add/', { items: [{ pk, quantity: 0.1 }], notes: '' })).status, 201);
  t.is(await quantityOf(pk), 7.6);
  t.like(await lastOf(pk), { tracking_type: 11, label: 'Stock manually added', deltas: { added: 0.1, quantity: 7.6 } });
  t.is((await b.post('/api/stock/remove/', { items: [{ pk, quantity: '0.2' }] })).status, 201);
  t.like(await lastOf(pk), { tracking_type: 12, label: 'Stock manually removed', user: b.keeper.id });
  t.is(await quantityOf(pk), 7.4);
  const [row] = await b.q.knex('stock_item').where({ id: pk }).select('quantity', 'stocktake_date');
  t.is(row.quantity, '7.40000');
  t.is(row.stocktake_date, new Date().toISOString().slice(0, 10));
});

test('The mobile app sends numbers as texts', async (t) => {
  const pk = await stock();
  const place = await b.makePlace();
  const sent = { items: [{ pk: String(pk), quantity: '3.0' }], notes: '', location: String(place) };
  t.is((await b.post('/api/stock/count/', sent)).status, 201);
  t.like((await b.get(`/api/stock/${pk}/`)).body, { quantity: 3, location: place });
});

test('An amount that is none is refused, whatever is done with it', async (t) => {
  const pk = await stock();
  const place = await b.makePlace();
  for (const action of ['count', 'add', 'remove', 'transfer']) {
    for (const quantity of ['abc', null, -1, '-0.5', {}, [], '1e400', 0.000001, ...(action === 'count' ? [] : [0])]) {
      const { status } = await b.post(`/api/stock/${action}/`, { items: [{ pk, quantity }], location: place });
      t.is(status, 400, `${action} ${JSON.stringify(quantity)}`);
    }
    for (const items of [undefined, null, [], {}, 'x', [{ quantity: 1 }], [{ pk: 99_999, quantity: 1 }], [5]]) {
      const { status } = await b.post(`/api/stock/${action}/`, { items, location: place });
      t.is(status, 400, `${action} ${JSON.stringify(items)}`);
    }
    const twice = [pk, pk].map((pk) => ({ pk, quantity: 1 }));
    t.is((await b.post(`/api/stock/${action}/`, { items: twice, location: place })).status, 400);
  }
  t.is(await quantityOf(pk), 10);
  t.is((await b.historyOf(pk)).length, 1);
});

test('A place that there is not is refused, and nothing moves', async (t) => {
  const pk = await stock();
  for (const location of [-1, 'qqq', 99_999, null, undefined]) {
    const { status, body } = await b.post('/api/stock/transfer/', { items: [{ pk, quantity: 10 }], location });
    t.deepEqual([status, Object.keys(body)], [400, ['location']], String(location));
  }
  const shelf = await b.makePlace({ structural: true });
  t.is((await b.post('/api/stock/transfer/', { items: [{ pk, quantity: 1 }], location: shelf })).status, 400);
  t.is((await b.get(`/api/stock/${pk}/`)).body.location, null);
});

test('More than there is can not be removed; of several items all or none change', async (t) => {
  const [one, two] = [await stock(5), await stock(1)];
  const items = [
    { pk: one, quantity: 2 },
    { pk: two, quantity: 2 },
  ];
  const { status, body } = await b.post('/api/stock/remove/', { items });
  t.deepEqual([status, body.items as unknown], [400, [`Of stock item ${two} there is 1, not 2.`]]);
  t.deepEqual([await quantityOf(one), (await b.historyOf(one)).length], [5, 1]);
});

test('An item that is used up goes, unless it is to stay or has a serial number', async (t) => {
  const part = await b.makePart({ trackable: true });
  const gone = await b.makeStock({ part, quantity: 2 });
  const stays = await b.makeStock({ part, quantity: 2, delete_on_deplete: false });
  const serial = await b.makeStock({ part, quantity: 1, serial: 'S1' });
  const items = [
    { pk: gone, quantity: 2 },
    { pk: stays, quantity: 2 },
    { pk: serial, quantity: 1 },
  ];
  t.is((await b.post('/api/stock/remove/', { items })).status, 201);
  t.is((await b.get(`/api/stock/${gone}/`)).status, 404);
  t.deepEqual([await quantityOf(stays), await quantityOf(serial)], [0, 0]);
  t.is((await b.post('/api/stock/add/', { items: [{ pk: serial, quantity: 2 }] })).status, 400);
});

test('Transferring all of an item moves it; a part of it becomes an item of its own', async (t) => {
  const pk = await stock(10, { batch: 'B1', purchase_price: '2.5' });
  const place = await b.makePlace();
  t.is((await b.post('/api/stock/transfer/', { items: [{ pk, quantity: 10 }], location: place })).status, 201);
  t.like((await b.get(`/api/stock/${pk}/`)).body, { location: place, quantity: 10 });
  t.like(await lastOf(pk), { tracking_type: 20, deltas: { location: place } });
  const other = await b.makePlace();
  const { body } = await b.post('/api/stock/transfer/', {
    items: [{ pk, quantity: 2.5, status: 55 }],
    location: other,
    notes: 'Half',
  });
  const [made] = body.items as Body[];
  t.is(made?.quantity, 2.5);
  t.like((await b.get(`/api/stock/${made?.pk}/`)).body, {
    parent: pk,
    batch: 'B1',
    location: other,
    quantity: 2.5,
    status: 55,
    purchase_price: '2.500000',
  });
  t.like((await b.get(`/api/stock/${pk}/`)).body, { quantity: 7.5, location: place, child_items: 1 });
  t.like(await lastOf(pk), { tracking_type: 42, deltas: { removed: 2.5, quantity: 7.5, stockitem: made?.pk } });
  t.deepEqual(
    (await b.historyOf(made?.pk ?? 0)).map(({ tracking_type, notes }) => [tracking_type, notes]),
    [
      [20, 'Half'],
      [40, 'Half'],
    ],
  );
});

test('Stock goes to a customer and comes back', async (t) => {
  const pk = await stock(3);
  const company = async (more: object) => (await b.post('/api/company/', more)).body.pk;
  const customer = await company({ name: 'Buyer', is_customer: true });
  const supplier = await company({ name: 'Seller' });
  t.is((await b.post('/api/stock/assign/', { items: [{ item: pk }], customer: supplier })).status, 400);
  t.is((await b.post('/api/stock/assign/', { items: [{ item: pk }], customer: 99_999 })).status, 400);
  t.is((await b.post('/api/stock/assign/', { items: [{ item: pk }], customer, notes: 'Sold' })).status, 201);
  t.like((await b.get(`/api/stock/${pk}/`)).body, { customer, in_stock: false });
  t.like(await lastOf(pk), { tracking_type: 100, label: 'Sent to customer', deltas: { customer } });
  t.is((await b.post('/api/stock/assign/', { items: [{ item: pk }], customer })).status, 400);
  t.is((await b.q.json(`/api/company/${customer}/`, { as: b.token, method: 'DELETE' })).status, 409);
  const location = await b.makePlace();
  t.is((await b.post('/api/stock/return/', { items: [{ pk, quantity: 4 }], location })).status, 400);
  t.is((await b.post('/api/stock/return/', { items: [{ pk, quantity: 3, status: 85 }], location })).status, 201);
  t.like((await b.get(`/api/stock/${pk}/`)).body, { customer: null, in_stock: true, location, status: 85 });
  t.like(await lastOf(pk), { tracking_type: 105, label: 'Returned from customer' });
  t.is((await b.post('/api/stock/return/', { items: [{ pk, quantity: 3 }], location })).status, 400);
});

test('The status of several items changes at once', async (t) => {
  const items = [await stock(), await stock()];
  t.is((await b.post('/api/stock/change_status/', { items, status: 75, note: 'Look again' })).status, 201);
  t.like(await lastOf(items[1] ?? 0), { tracking_type: 25, notes: 'Look again', deltas: { status: 75 } });
  t.is((await b.post('/api/stock/change_status/', { items, status: 11 })).status, 400);
});

test('Merging makes one item of several of a kind', async (t) => {
  const part = await b.makePart({ trackable: true });
  const location = await b.makePlace();
  const [one, two] = [await b.makeStock({ part, quantity: 1.5 }), await b.makeStock({ part, quantity: 2 })];
  const odd = [await stock(), await b.makeStock({ part, quantity: 1, serial: '9' })];
  for (const item of odd) {
    t.is((await b.post('/api/stock/merge/', { items: [{ item: one }, { item }], location })).status, 400);
  }
  const lost = await b.makeStock({ part, quantity: 1, status: 70 });
  const unlike = { items: [{ item: one }, { item: lost }], location };
  t.is((await b.post('/api/stock/merge/', unlike)).status, 400);
  t.is((await b.post('/api/stock/merge/', { items: [{ item: one }], location })).status, 400);
  t.is((await b.post('/api/stock/merge/', { items: [{ item: one }, { item: two }], location })).status, 201);
  t.is((await b.post('/api/stock/merge/', { ...unlike, allow_mismatched_status: 'True' })).status, 201);
  t.like((await b.get(`/api/stock/${one}/`)).body, { quantity: 4.5, location, status: 10 });
  t.is((await b.get(`/api/stock/${two}/`)).status, 404);
  t.like(await lastOf(one), { tracking_type: 45, label: 'Merged stock items', deltas: { added: 1, quantity: 4.5 } });
});

test('An item gets serial numbers: each is an item of its own', async (t) => {
  const part = await b.makePart({ trackable: true });
  const pk = await b.makeStock({ part, quantity: 5 });
  const destination = await b.makePlace();
  const { status, body } = await b.post<Body[]>(`/api/stock/${pk}/serialize/`, {
    quantity: 2,
    serial_numbers: '100+',
    destination,
    notes: 'Labelled',
  });
  t.is(status, 201);
  t.deepEqual(
    body.map(({ serial, quantity, location, parent }) => [serial, quantity, location, parent]),
    [
      ['100', 1, destination, pk],
      ['101', 1, destination, pk],
    ],
  );
  t.is(await quantityOf(pk), 3);
  t.like(await lastOf(pk), { tracking_type: 13, deltas: { removed: 2, quantity: 3 } });
  t.like(await lastOf(body[0]?.pk ?? 0), { tracking_type: 6, label: 'Assigned serial number' });
  const again = (more: object) => b.post(`/api/stock/${pk}/serialize/`, { quantity: 1, serial_numbers: '7', ...more });
  for (const wrong of [
    { quantity: 1.5 },
    { quantity: 4, serial_numbers: '1-4' },
    { serial_numbers: '101' },
    { quantity: 0 },
  ]) {
    t.is((await again(wrong)).status, 400, JSON.stringify(wrong));
  }
  t.is((await b.post(`/api/stock/${pk}/serialize/`, { quantity: 3, serial_numbers: '1-3' })).status, 201);
  t.is((await b.get(`/api/stock/${pk}/`)).status, 404);
});

test('Items are installed in others and taken out again', async (t) => {
  const into = await stock(1);
  const pk = await stock(4);
  const installed = await b.post(`/api/stock/${into}/install/`, { stock_item: pk, quantity: 3, note: 'Fitted' });
  t.is(installed.status, 201);
  t.is(installed.body.installed_items, 1);
  const [inside] = (await b.get<Body[]>(`/api/stock/?belongs_to=${into}`)).body;
  t.like(inside, { quantity: 3, parent: pk, in_stock: false, location: null });
  t.like(await lastOf(into), { tracking_type: 35, label: 'Installed component item', deltas: { quantity: 3 } });
  t.is((await b.post(`/api/stock/${into}/install/`, { stock_item: inside?.pk })).status, 400);
  t.is((await b.post(`/api/stock/${into}/install/`, { stock_item: into })).status, 400);
  t.is((await b.post(`/api/stock/${into}/install/`, { stock_item: pk, quantity: 2 })).status, 400);
  const location = await b.makePlace();
  t.is((await b.post(`/api/stock/${pk}/uninstall/`, { location })).status, 400);
  t.is((await b.post(`/api/stock/${inside?.pk}/uninstall/`, { location: null })).status, 400);
  const out = await b.post(`/api/stock/${inside?.pk}/uninstall/`, { location, note: 'Worn' });
  t.is(out.status, 201);
  t.like(out.body, { belongs_to: null, location, in_stock: true });
  t.like(await lastOf(into), { tracking_type: 36, deltas: { stockitem: inside?.pk, quantity: 3 } });
});

test('What cannot be done to an item that is gone or installed is said', async (t) => {
  const into = await stock(1);
  const pk = await stock(1);
  await b.post(`/api/stock/${into}/install/`, { stock_item: pk });
  const location = await b.makePlace();
  t.is((await b.post('/api/stock/transfer/', { items: [{ pk, quantity: 1 }], location })).status, 400);
  t.is((await b.post('/api/stock/99999/install/', { stock_item: pk })).status, 404);
  t.is((await b.post('/api/stock/juggle/', { items: [{ pk, quantity: 1 }] })).status, 404);
});

test('Actions take the change scope of stock: a token that may read, or add, does nothing', async (t) => {
  const pk = await stock();
  const json = { items: [{ pk, quantity: 1 }] };
  for (const scope of ['g:read', 'r:view:stock', 'r:add:stock', 'r:change:part']) {
    const as = await b.q.bearerFor(b.keeper, [scope]);
    t.is((await b.q.json('/api/stock/remove/', { as, json })).status, 403, scope);
    t.is((await b.q.json(`/api/stock/${pk}/uninstall/`, { as, json: {} })).status, 403, scope);
  }
  const as = await b.q.bearerFor(b.keeper, ['r:change:stock']);
  t.is((await b.q.json('/api/stock/remove/', { as, json })).status, 201);
  const viewer = await b.q.tokenFor(await b.q.person({ username: 'onlooker', rights: { stock: ['view'] } }));
  t.is((await b.q.json('/api/stock/remove/', { as: viewer, json })).status, 403);
  t.is((await b.q.json('/api/stock/remove/', { json })).status, 401);
  t.is((await b.q.json('/api/stock/remove/', { as: b.token })).status, 405);
});

test('OPTIONS says what an action takes', async (t) => {
  const { status, body } = await b.q.json<{ actions: { POST: Record<string, { required: boolean }> } }>(
    '/api/stock/transfer/',
    { as: b.token, method: 'OPTIONS', json: {} },
  );
  t.is(status, 200);
  t.deepEqual(Object.keys(body.actions.POST), ['items', 'location', 'notes']);
  t.true(body.actions.POST.location?.required);
});

test('Stock becomes stock of another variant of its part, and keeps its history', async (t) => {
  const template = await b.makePart({ is_template: true, trackable: true });
  const [red, blue, old] = [
    await b.makePart({ variant_of: template, trackable: true }),
    await b.makePart({ variant_of: template, trackable: true }),
    await b.makePart({ variant_of: template, active: false }),
  ];
  const stranger = await b.makePart();
  const pk = await b.makeStock({ part: red, quantity: 1, serial_numbers: '77' });
  const convert = (part: number) => b.post(`/api/stock/${pk}/convert/`, { part });
  for (const wrong of [stranger, red, old, 99_999]) {
    const { status, body } = await convert(wrong);
    t.deepEqual([status, Object.keys(body)], [400, ['part']]);
  }
  const { status, body } = await convert(blue);
  t.deepEqual([status, body.part, body.serial], [201, blue, '77']);
  t.like(await lastOf(pk), { tracking_type: 48, label: 'Converted to variant', deltas: { part: blue } });
  t.is((await convert(template)).body.part, template);
  const other = await b.makeStock({ part: blue, quantity: 1, serial_numbers: '77' });
  t.deepEqual(
    [(await b.post(`/api/stock/${other}/convert/`, { part: template })).status, await quantityOf(other)],
    [400, 1],
  );
});

test('A part says which serial number comes next', async (t) => {
  const template = await b.makePart({ is_template: true, trackable: true });
  const variant = await b.makePart({ variant_of: template, trackable: true });
  const next = async (part: number) => (await b.get<object>(`/api/part/${part}/serial-numbers/`)).body;
  t.deepEqual(await next(template), { latest: null, next: '1' });
  await b.makeStock({ part: template, quantity: 2, serial_numbers: '8,A-7' });
  await b.makeStock({ part: variant, quantity: 1, serial_numbers: '0012' });
  t.deepEqual(await next(template), { latest: '12', next: '13' });
  t.deepEqual(await next(variant), { latest: '12', next: '13' });
});
