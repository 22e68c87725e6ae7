import test from 'ava';
import { type Bench, type Body, openBench } from './bench.ts';

let b: Bench;
test.before(async () => {
  b = await openBench();
});
test.after.always(() => b?.q.close());

test('Several parts, categories, stock items and places change alike in one request', async (t) => {
  const items = [await b.makePart(), await b.makePart()];
  const category = (await b.post('/api/part/category/', { name: 'Sorted' })).body.pk;
  const changed = await b.patch('/api/part/', { items, category });
  t.deepEqual([changed.status, changed.body as unknown], [200, { success: 'Updated 2 items' }]);
  t.deepEqual(
    (await b.get<Body[]>(`/api/part/?category=${category}`)).body.map(({ pk }) => pk),
    items,
  );
  const place = await b.makePlace();
  const stock = [
    await b.makeStock({ part: items[0], quantity: 1 }),
    await b.makeStock({ part: items[1], quantity: 1 }),
  ];
  t.is((await b.patch('/api/stock/', { items: stock, location: place, batch: 'B' })).status, 200);
  t.like((await b.historyOf(stock[1] ?? 0))[0], { deltas: { location: place, batch: 'B' } });
  t.is((await b.patch('/api/stock/location/', { filters: { ancestor: place }, external: true })).status, 400);
  t.is((await b.patch('/api/part/category/', { items: [category], icon: 'x' })).status, 200);
});

test('All of them or none', async (t) => {
  const items = [await b.makePart(), await b.makePart()];
  const wrong = await b.patch('/api/part/', { items: [...items, 99_999], description: 'Changed' });
  t.deepEqual([wrong.status, wrong.body.items as unknown], [400, ['There is no part 99999.']]);
  t.is((await b.patch('/api/part/', { items, name: 'The same' })).status, 400);
  for (const pk of items) t.like((await b.get(`/api/part/${pk}/`)).body, { description: '' });
  await b.patch(`/api/part/${items[0]}/`, { active: false });
  // The second is active, and active parts stay.
  t.is((await b.remove('/api/part/', { items })).status, 400);
  t.is((await b.get(`/api/part/${items[0]}/`)).status, 200);
});

test('Several rows are deleted by number, by filter, or by both', async (t) => {
  const part = await b.makePart();
  const stock: number[] = [];
  for (const batch of ['A', 'A', 'B', 'B']) stock.push(await b.makeStock({ part, quantity: 1, batch }));
  const left = async () => (await b.get<Body[]>(`/api/stock/?part=${part}`)).body.map(({ pk }) => pk).sort();
  t.is((await b.remove('/api/stock/', { items: [stock[0]] })).status, 204);
  t.is((await b.remove('/api/stock/', { items: stock.slice(1), filters: { batch: 'A' } })).status, 204);
  t.deepEqual(await left(), stock.slice(2));
  t.is((await b.remove('/api/stock/', { filters: { part, batch: 'B' } })).status, 204);
  t.deepEqual(await left(), []);
});

test('A request that names nothing, or a filter that there is not, deletes nothing', async (t) => {
  const pk = await b.makeStock({ part: await b.makePart(), quantity: 1 });
  const bodies = [{}, { items: [] }, { items: 'all' }, { filters: {} }, { filters: { no_such: 1 } }, { filters: [] }];
  for (const body of [...bodies, { filters: { batch: '' } }, { items: [pk, pk] }, { filters: { part: 99_999 } }]) {
    t.is((await b.remove('/api/stock/', body)).status, 400, JSON.stringify(body));
  }
  for (const path of ['/api/stock/', '/api/attachment/']) {
    for (const body of [{}, { items: [] }]) {
      t.deepEqual(Object.keys((await b.remove(path, body)).body as object), ['non_field_errors'], path);
    }
  }
  t.is((await b.get(`/api/stock/${pk}/`)).status, 200);
});

test('Several at once take what one takes', async (t) => {
  const pk = await b.makeStock({ part: await b.makePart(), quantity: 1 });
  const call = async (scope: string, method: string) => {
    const as = await b.q.bearerFor(b.keeper, [scope]);
    return (await b.q.fetch('/api/stock/', { as, method, json: { items: [pk], batch: 'B' } })).status;
  };
  t.is(await call('g:read', 'PATCH'), 403);
  t.is(await call('r:delete:stock', 'PATCH'), 403);
  t.is(await call('r:change:stock', 'DELETE'), 403);
  t.is(await call('r:change:stock', 'PATCH'), 200);
  t.is(await call('r:delete:stock', 'DELETE'), 204);
  t.is((await b.q.json('/api/stock/track/', { as: b.token, method: 'DELETE', json: { items: [1] } })).status, 405);
});

test('Trees show places with those that lie directly in them, in order', async (t) => {
  const root = await b.makePlace({ name: 'Z root' });
  const child = await b.makePlace({ name: 'A child', parent: root });
  const { body } = await b.get<Body[]>('/api/stock/location/tree/?ordering=level');
  const of = (pk: number) => body.find((row) => row.pk === pk);
  t.deepEqual(Object.keys(of(child) ?? {}).sort(), ['icon', 'name', 'parent', 'pk', 'structural', 'sublocations']);
  t.is(of(child)?.parent, root);
  t.is(of(root)?.sublocations, 1);
  const categories = await b.get<Body[]>('/api/part/category/tree/');
  t.is(categories.status, 200);
  t.is((await b.post('/api/part/category/tree/', { name: 'x' })).status, 405);
});

test('The requirements of a part are told', async (t) => {
  const part = await b.makePart();
  await b.makeStock({ part, quantity: 4.5 });
  const { status, body } = await b.get(`/api/part/${part}/requirements/`);
  t.is(status, 200);
  t.deepEqual(
    Object.keys(body).sort(),
    `total_stock unallocated_stock can_build ordering building scheduled_to_build required_for_build_orders
     allocated_to_build_orders required_for_sales_orders allocated_to_sales_orders`
      .split(/\s+/)
      .sort(),
  );
  t.like(body, { total_stock: 4.5, unallocated_stock: 4.5 });
  t.is((await b.get('/api/part/99999/requirements/')).status, 404);
  t.is((await b.post(`/api/part/${part}/requirements/`, {})).status, 405);
});
