import test from 'ava';
import { permissions } from '../../shared/access/roles.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
let token: string;
test.before(async () => {
  q = await start();
  const keeper = await q.person({
    username: 'keeper',
    rights: { part: permissions, part_category: permissions, stock: permissions, stock_location: permissions },
  });
  token = await q.tokenFor(keeper);
});
test.after.always(() => q?.close());

type Body = Record<string, unknown> & { pk: number };
const post = (path: string, json: object) => q.json<Body>(path, { as: token, json });
const patch = (path: string, json: object) => q.json<Body>(path, { as: token, method: 'PATCH', json });
const get = <T = Body>(path: string) => q.json<T>(path, { as: token });
const make = async (path: string, json: object): Promise<number> => {
  const { status, body } = await post(path, json);
  if (status !== 201) throw new Error(`${path} ${status} ${JSON.stringify(body)}`);
  return Array.isArray(body) ? body[0].pk : body.pk;
};
let names = 0;
const name = (): string => `Part ${++names}`;

test('A part made from its name alone has the defaults and keys that clients know', async (t) => {
  const { status, body } = await post('/api/part/', { name: 'Bare' });
  t.is(status, 201);
  t.like(body, {
    name: 'Bare',
    IPN: '',
    active: true,
    virtual: false,
    component: true,
    full_name: 'Bare',
    category: null,
    category_name: '',
    starred: false,
    in_stock: 0,
    minimum_stock: 0,
    thumbnail: '',
    pricing_min: null,
    ordering: 0,
  });
  const expected = `name description category IPN revision active assembly component consumable is_template locked purchaseable
    salable testable trackable virtual units keywords link notes image thumbnail full_name barcode_hash starred category_name
    creation_date creation_user default_expiry default_location minimum_stock maximum_stock revision_of revision_count variant_of
    responsible pricing_min pricing_max pricing_updated in_stock total_in_stock external_stock unallocated_stock variant_stock
    stock_item_count ordering building scheduled_to_build allocated_to_build_orders allocated_to_sales_orders
    required_for_build_orders required_for_sales_orders category_default_location tags`;
  t.deepEqual(Object.keys(body).sort(), ['pk', ...expected.split(/\s+/)].sort());
  t.regex(String(body.creation_date), /^\d{4}-\d{2}-\d{2}$/);
  t.is((await get('/api/part/')).headers.get('content-type'), 'application/json');
});

test('Name, IPN and revision together are unique; each alone is not', async (t) => {
  const one = { name: name(), IPN: 'X-1', revision: 'A' };
  await make('/api/part/', one);
  await make('/api/part/', { ...one, revision: 'B' });
  const again = await post('/api/part/', one);
  t.is(again.status, 400);
  t.deepEqual(again.body as unknown, { non_field_errors: ['The fields name, IPN, revision must make a unique set.'] });
  t.is((await post('/api/part/', {})).status, 400);
  const long = await post('/api/part/', { name: 'x'.repeat(101) });
  t.deepEqual([long.status, Object.keys(long.body)], [400, ['name']]);
});

test('An active part can not be deleted, nor one with stock; an inactive one without can', async (t) => {
  const pk = await make('/api/part/', { name: name() });
  const path = `/api/part/${pk}/`;
  const refused = await q.json(path, { as: token, method: 'DELETE' });
  t.is(refused.status, 400);
  t.deepEqual(refused.body, { non_field_errors: ['Cannot delete this part as it is still active'] });
  const item = await make('/api/stock/', { part: pk, quantity: 1 });
  await patch(path, { active: false });
  t.is((await q.json(path, { as: token, method: 'DELETE' })).status, 409);
  await q.fetch(`/api/stock/${item}/`, { as: token, method: 'DELETE' });
  t.is((await q.fetch(path, { as: token, method: 'DELETE' })).status, 204);
  t.is((await get(path)).status, 404);
});

test('Quantities are exact and printed as plain numbers', async (t) => {
  const part = await make('/api/part/', { name: name(), minimum_stock: '2.50' });
  for (const quantity of ['0.1', 0.2, '10.50000']) await make('/api/stock/', { part, quantity });
  const { body } = await get(`/api/part/${part}/`);
  t.like(body, {
    in_stock: 10.8,
    total_in_stock: 10.8,
    unallocated_stock: 10.8,
    minimum_stock: 2.5,
    stock_item_count: 3,
  });
});

test('Stock sums leave out what is installed or in the making, and templates count their variants', async (t) => {
  const template = await make('/api/part/', { name: name(), is_template: true });
  const variant = await make('/api/part/', { name: name(), variant_of: template });
  const host = await make('/api/stock/', { part: template, quantity: 1 });
  await make('/api/stock/', { part: variant, quantity: 5 });
  await make('/api/stock/', { part: variant, quantity: 7, is_building: true });
  await make('/api/stock/', { part: variant, quantity: 9, belongs_to: host });
  t.like((await get(`/api/part/${template}/`)).body, { in_stock: 1, variant_stock: 5, total_in_stock: 6 });
  t.like((await get(`/api/part/${variant}/`)).body, { in_stock: 5, variant_stock: 0, stock_item_count: 3 });
  const found = await get<Body[]>(`/api/part/?ancestor=${template}`);
  t.deepEqual(
    found.body.map(({ pk }) => pk),
    [variant],
  );
  t.is((await get<Body[]>(`/api/stock/?part=${template}`)).body.length, 4);
  t.is((await get<Body[]>(`/api/stock/?part=${template}&include_variants=false`)).body.length, 1);
});

test('Only templates have variants, and never in a circle', async (t) => {
  const plain = await make('/api/part/', { name: name() });
  const refused = await post('/api/part/', { name: name(), variant_of: plain });
  t.deepEqual([refused.status, Object.keys(refused.body)], [400, ['variant_of']]);
  const upper = await make('/api/part/', { name: name(), is_template: true });
  const lower = await make('/api/part/', { name: name(), is_template: true, variant_of: upper });
  t.is((await patch(`/api/part/${upper}/`, { variant_of: lower })).status, 400);
  t.is((await patch(`/api/part/${upper}/`, { variant_of: upper })).status, 400);
  t.is((await patch(`/api/part/${upper}/`, { is_template: false })).status, 400);
});

test('Parts are narrowed by category and below, words, flags and patterns', async (t) => {
  const top = await make('/api/part/category/', { name: 'Fasteners' });
  const below = await make('/api/part/category/', { name: 'Screws', parent: top });
  const screw = await make('/api/part/', { name: 'M3 countersunk', category: below, IPN: 'SCR-3', keywords: 'inox' });
  const other = await make('/api/part/', { name: 'Rivet', category: top, assembly: true });
  const pks = async (query: string) =>
    (await get<Body[]>(`/api/part/?${query}`)).body.map(({ pk }) => pk).sort((a, b) => a - b);
  t.deepEqual(await pks(`category=${top}`), [screw, other]);
  t.deepEqual(await pks(`category=${top}&cascade=False`), [other]);
  t.deepEqual(await pks(`category=${top}&search=inox+m3`), [screw]);
  t.deepEqual(await pks(`category=${top}&assembly=True`), [other]);
  t.deepEqual(await pks('IPN_regex=^SCR'), [screw]);
  t.deepEqual(await pks(`category=${top}&has_stock=false`), [screw, other]);
  t.deepEqual(await pks(`category=${top}&has_stock=true&purchasable=True`), []);
  t.true((await pks('category=null')).every((pk) => pk !== screw && pk !== other));
  t.is((await get('/api/part/?IPN_regex=[')).status, 400);
  t.is((await get('/api/part/?category=abc')).status, 400);
  const ordered = await get<Body[]>(`/api/part/?category=${top}&ordering=-name`);
  t.deepEqual(
    ordered.body.map(({ pk }) => pk),
    [other, screw],
  );
});

test('Details beside a part come when asked for', async (t) => {
  const category = await make('/api/part/category/', { name: 'Detailed' });
  const pk = await make('/api/part/', { name: name(), category });
  t.false('category_detail' in (await get(`/api/part/${pk}/`)).body);
  const { body } = await get(`/api/part/${pk}/?category_detail=true&path_detail=True`);
  t.like(body, {
    category_detail: { pk: category, name: 'Detailed' },
    category_path: [{ pk: category, name: 'Detailed' }],
  });
  const stock = await make('/api/stock/', { part: pk, quantity: 1 });
  t.like((await get(`/api/stock/${stock}/`)).body, { part_detail: { pk, full_name: body.full_name } });
  t.false('part_detail' in (await get(`/api/stock/${stock}/?part_detail=false`)).body);
});

test('What a client got of a part it can send back whole, and nothing changes', async (t) => {
  const pk = await make('/api/part/', { name: name(), minimum_stock: 3 });
  const { body } = await get(`/api/part/${pk}/`);
  const sent = await patch(`/api/part/${pk}/?format=json`, body);
  t.is(sent.status, 200);
  t.deepEqual(sent.body, body);
  t.is((await q.knex('audit_entries').where({ resource: 'part', object_id: String(pk) })).length, 1);
});

test('Parts and stock are put in order by any of their keys, the constant ones too', async (t) => {
  await make('/api/stock/', { part: await make('/api/part/', { name: name() }), quantity: 1 });
  for (const path of [
    '/api/part/',
    '/api/part/category/',
    '/api/stock/',
    '/api/stock/location/',
    '/api/stock/track/',
  ]) {
    const { body } = await q.json<{ actions: { GET: object } }>(path, { as: token, method: 'OPTIONS' });
    for (const key of Object.keys(body.actions.GET)) {
      t.is((await get(`${path}?ordering=-${key}&limit=2`)).status, 200, `${path} by ${key}`);
    }
  }
});
