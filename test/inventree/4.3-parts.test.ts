import test from 'ava';
import { type Bench, type Body, openBench } from './bench.ts';

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
const list = async (path: string) => (await b.get<Body[]>(path)).body;
const company = (name: string) => make('/api/company/', { name, is_supplier: true, is_manufacturer: true });

test('A substitute stands in for a line of a bill of materials, and its stock counts', async (t) => {
  const part = await b.makePart({ assembly: true });
  const sub_part = await b.makePart();
  const spare = await b.makePart();
  await b.makeStock({ part: sub_part, quantity: 5 });
  await b.makeStock({ part: spare, quantity: 7 });
  const line = await make('/api/bom/', { part, sub_part, quantity: 4 });
  t.like(line, { can_build: 1, substitutes: [], available_substitute_stock: 0 });
  const made = await make('/api/bom/substitute/', { bom_item: line.pk, part: spare });
  t.like(made, { bom_item: line.pk, part: spare, part_detail: { pk: spare } });
  const { body } = await b.get(`/api/bom/${line.pk}/`);
  t.like(body, { can_build: 3, available_stock: 5, available_substitute_stock: 7 });
  t.deepEqual(body.substitutes, [{ pk: made.pk, bom_item: line.pk, part: spare }]);
  t.false('substitutes' in (await b.get(`/api/bom/${line.pk}/?substitutes=False`)).body);
  t.is((await b.get(`/api/part/${part}/requirements/`)).body.can_build, 3);
  t.deepEqual(
    (await list(`/api/bom/substitute/?bom_item=${line.pk}`)).map(({ pk }) => pk),
    [made.pk],
  );
  const tool = await b.makePart({ component: false });
  for (const [wrong, field] of [
    [{ bom_item: line.pk, part: spare }, 'non_field_errors'],
    [{ bom_item: line.pk, part: sub_part }, 'part'],
    [{ bom_item: line.pk, part: tool }, 'part'],
    [{ bom_item: 99_999, part: spare }, 'bom_item'],
    [{ part: spare }, 'bom_item'],
  ] as const) {
    const answer = await b.post('/api/bom/substitute/', wrong);
    t.deepEqual([answer.status, Object.keys(answer.body)], [400, [field]], JSON.stringify(wrong));
  }
  t.is((await b.remove(`/api/bom/${line.pk}/`)).status, 204);
  t.is((await b.get(`/api/bom/substitute/${made.pk}/`)).status, 404);
});

test('Variants count for a line that allows them, each part once', async (t) => {
  const part = await b.makePart({ assembly: true });
  const sub_part = await b.makePart({ is_template: true });
  const variant = await b.makePart({ variant_of: sub_part });
  await b.makeStock({ part: variant, quantity: 6 });
  const line = await make('/api/bom/', { part, sub_part, quantity: 2 });
  t.is(line.can_build, 0);
  t.is((await b.patch(`/api/bom/${line.pk}/`, { allow_variants: true })).body.can_build, 3);
  await make('/api/bom/substitute/', { bom_item: line.pk, part: variant });
  t.is((await b.get(`/api/bom/${line.pk}/`)).body.can_build, 3);
});

test('A part is starred for who follows it, and for nobody else', async (t) => {
  const part = await b.makePart();
  const category = (await make('/api/part/category/', { name: 'Followed' })).pk;
  t.false((await b.get(`/api/part/${part}/`)).body.starred);
  for (const path of [`Part/${part}`, `PartCategory/${category}`]) {
    const followed = await b.q.fetch(`/api/v1/${path}/subscription`, { as: b.token, method: 'PUT' });
    t.is(followed.status, 200, path);
  }
  t.true((await b.get(`/api/part/${part}/`)).body.starred);
  t.true((await b.get(`/api/part/category/${category}/`)).body.starred);
  t.deepEqual(
    (await list('/api/part/?starred=True')).map(({ pk }) => pk),
    [part],
  );
  t.is((await list('/api/part/category/?starred=true')).length, 1);
  const other = await b.q.tokenFor(await b.q.person({ username: 'other', rights: { part: ['view'] } }));
  t.deepEqual((await b.q.json('/api/part/?starred=true', { as: other })).body, []);
});

test('Parameters and test results are shown beside their row when asked for', async (t) => {
  const part = await b.makePart({ testable: true });
  const template = (await make('/api/parameter/template/', { name: 'Mass', units: 'kg' })).pk;
  await make('/api/parameter/', { template, data: '3.5', model_type: 'part', model_id: part });
  t.false('parameters' in (await b.get(`/api/part/${part}/`)).body);
  const [parameter] = (await b.get(`/api/part/${part}/?parameters=True`)).body.parameters as Body[];
  t.like(parameter, { template, data: '3.5', data_numeric: 3.5, template_detail: { name: 'Mass', units: 'kg' } });
  const stock_item = await b.makeStock({ part, quantity: 1 });
  const { pk } = await make('/api/stock/test/', { stock_item, test: 'Burn-in', result: true, value: '9' });
  const [row] = await list(`/api/stock/?part=${part}&tests=true`);
  const [shown] = (row?.tests ?? []) as Body[];
  t.like(shown, { pk, test: 'burnin', result: true, value: '9', user: b.keeper.id });
});

test('A part begins with stock, and with who makes and sells it', async (t) => {
  const [maker, seller] = [(await company('Makers')).pk, (await company('Sellers')).pk];
  const location = await b.makePlace();
  const { pk } = await make('/api/part/', {
    name: 'Begun',
    initial_stock: { quantity: 12.5, location },
    initial_supplier: { supplier: seller, sku: 'S-1', manufacturer: maker, mpn: 'M-1' },
  });
  const [item] = await list(`/api/stock/?part=${pk}`);
  t.like(item, { quantity: 12.5, location });
  t.is((await b.historyOf(item?.pk ?? 0))[0]?.label, 'Stock item created');
  t.like((await list(`/api/company/part/?part=${pk}`))[0], { SKU: 'S-1', MPN: 'M-1', supplier: seller });

  for (const [wrong, field] of [
    [{ initial_stock: { quantity: 1, location: 99_999 } }, 'initial_stock'],
    [{ initial_stock: { quantity: -1 } }, 'initial_stock'],
    [{ initial_stock: 5 }, 'initial_stock'],
    [{ initial_supplier: { supplier: seller } }, 'initial_supplier'],
    [{ initial_supplier: { manufacturer: 99_999, mpn: 'M' } }, 'initial_supplier'],
    [{ duplicate: { part: 99_999 } }, 'duplicate'],
  ] as const) {
    const answer = await b.post('/api/part/', { name: 'Not begun', ...wrong });
    t.deepEqual([answer.status, Object.keys(answer.body)], [400, [field]], JSON.stringify(wrong));
  }
  const as = await b.q.bearerFor(b.keeper, ['r:view:part', 'r:add:part']);
  const stocked = { name: 'Not begun', initial_stock: { quantity: 1 } };
  t.is((await b.q.fetch('/api/part/', { as, json: stocked })).status, 403);
  t.deepEqual(await list('/api/part/?name=Not+begun'), []);
  t.is((await b.q.fetch('/api/part/', { as, json: { name: 'Mine', initial_stock: { quantity: 0 } } })).status, 201);
});

test('A part is copied with its bill, its tests, its parameters and its notes', async (t) => {
  const original = await b.makePart({ assembly: true, notes: 'Handle with care' });
  const template = (await make('/api/parameter/template/', { name: 'Colour' })).pk;
  await make('/api/parameter/', { template, data: 'red', model_type: 'part', model_id: original });
  await make('/api/part/test-template/', { part: original, test_name: 'Fit' });
  const sub_part = await b.makePart();
  await make('/api/bom/', { part: original, sub_part, quantity: 2, reference: 'R1' });
  const all = { copy_bom: true, copy_notes: true, copy_parameters: true, copy_tests: true };
  const wish = { name: 'Copy', assembly: true, duplicate: { part: original, ...all } };
  const { pk, notes } = await make('/api/part/', wish);
  t.is(notes, 'Handle with care');
  t.like((await list(`/api/bom/?part=${pk}`))[0], { sub_part, quantity: 2, reference: 'R1' });
  t.like((await list(`/api/part/test-template/?part=${pk}`))[0], { test_name: 'Fit', key: 'fit' });
  t.like((await list(`/api/parameter/?model_type=part&model_id=${pk}`))[0], { template, data: 'red' });
  const plain = await make('/api/part/', { name: 'Plain copy', duplicate: { part: original } });
  t.deepEqual(await list(`/api/bom/?part=${plain.pk}`), []);
});

test('A part takes over the usual values of its category and those above, the nearest first', async (t) => {
  const above = (await make('/api/part/category/', { name: 'Above' })).pk;
  const category = (await make('/api/part/category/', { name: 'Below', parent: above })).pk;
  const [size, shade] = [
    (await make('/api/parameter/template/', { name: 'Size' })).pk,
    (await make('/api/parameter/template/', { name: 'Shade' })).pk,
  ];
  await make('/api/part/category/parameters/', { category: above, template: size, default_value: 'L' });
  await make('/api/part/category/parameters/', { category: above, template: shade, default_value: 'dark' });
  await make('/api/part/category/parameters/', { category, template: size, default_value: 'S' });
  const { pk } = await make('/api/part/', { name: 'Sized', category, copy_category_parameters: true });
  const taken = await list(`/api/parameter/?model_type=part&model_id=${pk}&ordering=name`);
  t.deepEqual(
    taken.map(({ template, data }) => [template, data]),
    [
      [shade, 'dark'],
      [size, 'S'],
    ],
  );
  const { pk: bare } = await make('/api/part/', { name: 'Bare', category });
  t.deepEqual(await list(`/api/parameter/?model_type=part&model_id=${bare}`), []);
});

test('A part and its stock are found by the numbers that suppliers and makers have for it', async (t) => {
  const [part, other] = [await b.makePart(), await b.makePart()];
  const { pk: firm } = await company('Numbers & Sons');
  const maker = await make('/api/company/part/manufacturer/', { part, manufacturer: firm, MPN: 'MKR-4711' });
  const bought = await make('/api/company/part/', {
    part,
    supplier: firm,
    SKU: 'ORD-0815-X',
    manufacturer_part: maker.pk,
  });
  const item = await b.makeStock({ part, quantity: 3, supplier_part: bought.pk });
  const pks = async (path: string) => (await list(path)).map(({ pk }) => pk);
  for (const word of ['0815', 'ord-0815', 'mkr-4711']) {
    t.deepEqual(await pks(`/api/part/?search=${word}`), [part], word);
    t.deepEqual(await pks(`/api/stock/?search=${word}`), [item], word);
  }
  const at = `/api/company/part/${bought.pk}/`;
  t.is((await b.patch(at, { SKU: 'ORD-9999' })).status, 200);
  t.deepEqual(await pks('/api/part/?search=9999'), [part]);
  t.deepEqual(await pks('/api/part/?search=ord-0815&search_whole=1'), []);
  t.is((await b.patch(at, { part: other, manufacturer_part: null })).status, 200);
  t.deepEqual(await pks('/api/part/?search=9999'), [other]);
  t.is((await b.remove(at)).status, 204);
  t.deepEqual(await pks('/api/part/?search=ord-9999&search_whole=1'), []);
});

test('Numbers that are written at the same moment are all found', async (t) => {
  const part = await b.makePart();
  const { pk: supplier } = await company('Many numbers');
  const skus = Array.from({ length: 8 }, (_, n) => `SAMETIME${n}`);
  const made = await Promise.all(skus.map((SKU) => b.post('/api/company/part/', { part, supplier, SKU })));
  t.deepEqual(
    made.map(({ status }) => status),
    skus.map(() => 201),
  );
  for (const sku of skus) t.is((await list(`/api/part/?search=${sku}&search_whole=1`)).length, 1, sku);
});
