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
const remove = (path: string) => q.json(path, { as: token, method: 'DELETE' });
const make = async (path: string, json: object): Promise<number> => {
  const { status, body } = await post(path, json);
  if (status !== 201) throw new Error(`${path} ${status} ${JSON.stringify(body)}`);
  return Array.isArray(body) ? body[0].pk : body.pk;
};
const category = (name: string, parent: number | null = null) => make('/api/part/category/', { name, parent });
const location = (name: string, parent: number | null = null, more: object = {}) =>
  make('/api/stock/location/', { name, parent, ...more });

test('A category and a location have the keys that clients know', async (t) => {
  const { body: one } = await get(`/api/part/category/${await category('Keys')}/?path_detail=true`);
  t.deepEqual(
    Object.keys(one).sort(),
    `pk name description default_location default_keywords level parent part_count subcategories pathstring path starred
     structural icon parent_default_location`
      .split(/\s+/)
      .sort(),
  );
  const { body: other } = await get(`/api/stock/location/${await location('Keys')}/?path_detail=true`);
  t.deepEqual(
    Object.keys(other).sort(),
    `pk barcode_hash name level description parent pathstring path items sublocations owner icon custom_icon structural
     external location_type tags`
      .split(/\s+/)
      .sort(),
  );
});

test('A place knows its way from the root, also after one above is renamed or moved', async (t) => {
  const a = await category('A');
  const b = await category('B', a);
  const c = await category('C', b);
  t.like((await get(`/api/part/category/${c}/`)).body, { pathstring: 'A/B/C', level: 2, subcategories: 0 });
  await patch(`/api/part/category/${b}/`, { name: 'Beta' });
  t.is((await get(`/api/part/category/${c}/`)).body.pathstring, 'A/Beta/C');
  await patch(`/api/part/category/${b}/`, { parent: null });
  t.like((await get(`/api/part/category/${c}/`)).body, { pathstring: 'Beta/C', level: 1 });
  t.like((await get(`/api/part/category/${a}/`)).body, { subcategories: 0 });
});

test('Two places under one parent can not have one name; under two they can', async (t) => {
  const a = await location('Shed');
  const b = await location('Attic');
  await location('Shelf', a);
  await location('Shelf', b);
  const again = await post('/api/stock/location/', { name: 'Shelf', parent: a });
  t.is(again.status, 400);
  t.deepEqual(again.body as unknown, { non_field_errors: ['Duplicate names cannot exist under the same parent'] });
  t.is((await post('/api/stock/location/', { name: 'Shed' })).status, 400);
});

test('No place lies below itself, even when two are moved in the same moment', async (t) => {
  const top = await location('Top');
  const below = await location('Below', top);
  const refused = await patch(`/api/stock/location/${top}/`, { parent: below });
  t.deepEqual([refused.status, Object.keys(refused.body)], [400, ['parent']]);
  t.is((await patch(`/api/stock/location/${top}/`, { parent: top })).status, 400);
  for (let round = 0; round < 2; round++) {
    const x = await location(`X${round}`);
    const y = await location(`Y${round}`);
    const answers = await Promise.all([
      patch(`/api/stock/location/${x}/`, { parent: y }),
      patch(`/api/stock/location/${y}/`, { parent: x }),
    ]);
    t.is(answers.filter(({ status }) => status === 200).length, 1);
    t.true(answers.every(({ status }) => status < 500));
  }
});

test('A structural category takes no parts, and one with parts does not become structural', async (t) => {
  const shut = await make('/api/part/category/', { name: 'Shut', structural: true });
  const refused = await post('/api/part/', { name: 'Homeless', category: shut });
  t.deepEqual([refused.status, Object.keys(refused.body)], [400, ['category']]);
  const open = await category('Open');
  await make('/api/part/', { name: 'Housed', category: open });
  t.deepEqual(Object.keys((await patch(`/api/part/category/${open}/`, { structural: true })).body), ['structural']);
  const shelf = await location('Structural', null, { structural: true });
  const part = await make('/api/part/', { name: 'Anything' });
  t.deepEqual(Object.keys((await post('/api/stock/', { part, quantity: 1, location: shelf })).body), ['location']);
});

test('Counts of a place include what lies below it; a list by parent does not', async (t) => {
  const a = await location('House');
  const b = await location('Room', a);
  const part = await make('/api/part/', { name: 'Counted' });
  await make('/api/stock/', { part, quantity: 1, location: a });
  await make('/api/stock/', { part, quantity: 1, location: b });
  t.like((await get(`/api/stock/location/${a}/`)).body, { items: 2, sublocations: 1 });
  const children = await get<Body[]>(`/api/stock/location/?parent=${a}`);
  t.deepEqual(
    children.body.map(({ pk }) => pk),
    [b],
  );
  t.is((await get<Body[]>(`/api/stock/?location=${a}`)).body.length, 2);
  t.is((await get<Body[]>(`/api/stock/?location=${a}&cascade=false`)).body.length, 1);
  const tops = await get<Body[]>('/api/stock/location/?parent=null');
  t.true(tops.body.every(({ parent }) => parent === null));
});

test('Deleting a place moves what is in it to the place above, and the stock remembers', async (t) => {
  const a = await location('Upper');
  const b = await location('Lower', a);
  const c = await location('Lowest', b);
  const part = await make('/api/part/', { name: 'Moved' });
  const item = await make('/api/stock/', { part, quantity: 1, location: b });
  t.is((await remove(`/api/stock/location/${b}/`)).status, 204);
  t.is((await get(`/api/stock/${item}/`)).body.location, a);
  t.is((await get(`/api/stock/location/${c}/`)).body.pathstring, 'Upper/Lowest');
  const [last] = (await get<Body[]>(`/api/stock/track/?item=${item}`)).body;
  t.like(last, { tracking_type: 20, label: 'Location changed', deltas: { location: a } });

  const d = await category('Outer');
  const e = await category('Inner', d);
  const inside = await make('/api/part/', { name: 'Inside', category: e });
  t.is((await remove(`/api/part/category/${e}/`)).status, 204);
  t.is((await get(`/api/part/${inside}/`)).body.category, d);
  t.is((await remove(`/api/part/category/${d}/`)).status, 204);
  t.is((await get(`/api/part/${inside}/`)).body.category, null);
});

test('Stock does not move up into a structural place', async (t) => {
  const a = await location('Only shelves', null, { structural: true });
  const b = await location('A shelf', a);
  const part = await make('/api/part/', { name: 'On a shelf' });
  await make('/api/stock/', { part, quantity: 1, location: b });
  t.is((await remove(`/api/stock/location/${b}/`)).status, 409);
});
