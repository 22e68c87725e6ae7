import test from 'ava';
import { type Bench, type Body, openBench } from './bench.ts';

// Paths that InvenTree's clients use with servers from before API version 430.
let b: Bench;
test.before(async () => {
  b = await openBench();
});
test.after.always(() => b?.q.close());

const make = async (path: string, json: object): Promise<Body> => {
  const { status, body } = await b.post(path, json);
  if (status !== 201) throw new Error(`${path} ${status} ${JSON.stringify(body)}`);
  return body;
};

test('Metadata are read and written below their row, the same as by kind', async (t) => {
  const part = await b.makePart();
  const stock = await b.makeStock({ part, quantity: 1 });
  const place = await b.makePlace();
  const category = (await make('/api/part/category/', { name: 'Noted' })).pk;
  for (const [older, path] of [
    [`part/${part}`, `part/${part}`],
    [`part/category/${category}`, `partcategory/${category}`],
    [`stock/${stock}`, `stockitem/${stock}`],
    [`stock/location/${place}`, `stocklocation/${place}`],
  ]) {
    const url = `/api/${older}/metadata/`;
    t.deepEqual((await b.get(url)).body.metadata, {}, url);
    t.is((await b.patch(url, { metadata: { a: 1 } })).status, 200);
    t.deepEqual((await b.patch(`/api/metadata/${path}/`, { metadata: { b: 2 } })).body.metadata, { a: 1, b: 2 });
    const put = await b.q.json<Body>(url, { as: b.token, method: 'PUT', json: { metadata: { c: 3 } } });
    t.deepEqual([put.status, put.body.metadata], [200, { c: 3 }]);
    t.is((await b.remove(url)).status, 405);
  }
  t.is((await b.get('/api/part/99999/metadata/')).status, 404);
  const reader = await b.q.bearerFor(b.keeper, ['g:read']);
  const wish = { as: reader, method: 'PATCH', json: { metadata: {} } };
  t.is((await b.q.fetch(`/api/part/${part}/metadata/`, wish)).status, 403);
});

test('Parameters of parts have their own list, in which those of other rows are not there', async (t) => {
  const part = await b.makePart();
  const stock = await b.makeStock({ part, quantity: 1 });
  const template = (await make('/api/part/parameter/template/', { name: 'Length', units: 'mm' })).pk;
  t.is((await b.get(`/api/parameter/template/${template}/`)).body.name, 'Length');
  const made = await make('/api/part/parameter/', { part, template, data: '12' });
  t.like(made, { part, template, data: '12', data_numeric: 12, template_detail: { name: 'Length' } });
  t.like((await b.get(`/api/parameter/${made.pk}/`)).body, { model_type: 'part', model_id: part });
  const listed = await b.get<Body[]>(`/api/part/parameter/?part=${part}`);
  t.deepEqual(
    listed.body.map(({ pk }) => pk),
    [made.pk],
  );
  const path = `/api/part/parameter/${made.pk}/`;
  t.is((await b.patch(path, { ...made, data: '13' })).body.data, '13');

  const other = await make('/api/parameter/', { template, data: '1', model_type: 'stockitem', model_id: stock });
  const hidden = `/api/part/parameter/${other.pk}/`;
  t.is((await b.get<{ count: number }>('/api/part/parameter/?limit=5')).body.count, 1);
  t.is((await b.get(hidden)).status, 404);
  t.is((await b.patch(hidden, { data: '2' })).status, 404);
  t.is((await b.remove(hidden)).status, 404);
  t.like((await b.get(`/api/parameter/${other.pk}/`)).body, { model_type: 'stockitem', data: '1' });
  t.is((await b.remove(path)).status, 204);
  t.is((await b.post('/api/part/parameter/', { part: 99_999, template, data: '1' })).status, 400);
});

test('What a row has no path for is no endpoint', async (t) => {
  const part = await b.makePart();
  for (const word of ['pricing', 'nonsense', 'add']) {
    const { status, body } = await b.get<{ detail: string }>(`/api/part/${part}/${word}/`);
    t.deepEqual([status, body.detail], [404, 'API endpoint not found'], word);
  }
});
