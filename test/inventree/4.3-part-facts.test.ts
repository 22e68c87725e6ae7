import test from 'ava';
import { type Bench, type Body, openBench } from './bench.ts';

let b: Bench;
let staff: string;
test.before(async () => {
  b = await openBench();
  staff = await b.q.tokenFor(await b.q.person({ username: 'boss', superuser: true }));
});
test.after.always(() => b?.q.close());

const make = async (path: string, json: object): Promise<Body> => {
  const { status, body } = await b.post(path, json);
  if (status !== 201) throw new Error(`${path} ${status} ${JSON.stringify(body)}`);
  return body;
};

test('Metadata are merged by PATCH and replaced by PUT', async (t) => {
  const part = await b.makePart();
  const stock = await b.makeStock({ part, quantity: 1 });
  const place = await b.makePlace();
  const category = (await make('/api/part/category/', { name: 'Noted' })).pk;
  for (const path of [`part/${part}`, `stockitem/${stock}`, `stocklocation/${place}`, `partcategory/${category}`]) {
    const url = `/api/metadata/${path}/`;
    t.deepEqual((await b.get(url)).body.metadata, {}, path);
    t.is((await b.patch(url, { metadata: { a: 1, b: [2] } })).status, 200);
    t.deepEqual((await b.patch(url, { metadata: { b: null, c: 'x' } })).body.metadata, { a: 1, b: null, c: 'x' });
    const put = await b.q.json<Body>(url, { as: b.token, method: 'PUT', json: { metadata: { d: true } } });
    t.deepEqual([put.status, put.body.metadata], [200, { d: true }]);
    for (const metadata of ['text', 5, [1], null]) t.is((await b.patch(url, { metadata })).status, 400);
  }
  t.is((await b.historyOf(stock)).length, 1);
  t.false('metadata' in (await b.get(`/api/part/${part}/`)).body);
  t.is((await b.get('/api/metadata/part/99999/')).status, 404);
  t.is((await b.get('/api/metadata/nonsense/1/')).status, 404);
  t.is((await b.get('/api/metadata/part/')).status, 404);
  t.is((await b.remove(`/api/metadata/part/${part}/`)).status, 405);
});

test('Metadata take the roles of the row that they are of', async (t) => {
  const part = await b.makePart();
  const call = async (scope: string, method: string) => {
    const as = await b.q.bearerFor(b.keeper, [scope]);
    const json = method === 'GET' ? {} : { json: { metadata: {} } };
    return (await b.q.fetch(`/api/metadata/part/${part}/`, { as, ...json, method })).status;
  };
  t.is(await call('g:read', 'GET'), 200);
  t.is(await call('g:read', 'PATCH'), 403);
  t.is(await call('r:change:stock', 'PATCH'), 403);
  t.is(await call('r:change:part', 'PATCH'), 200);
});

test('A barcode is linked to one thing, found, and unlinked', async (t) => {
  const part = await b.makePart();
  const stock = await b.makeStock({ part, quantity: 1 });
  const linked = await b.post('/api/barcode/link/', { barcode: 'ABC-1', part });
  t.is(linked.status, 200);
  t.like(linked.body, { success: 'Assigned barcode to part instance', barcode_data: 'ABC-1' });
  t.is((await b.post('/api/barcode/link/', { barcode: 'ABC-1', stockitem: stock })).status, 400);
  const { status, body } = await b.post('/api/barcode/', { barcode: 'ABC-1' });
  t.is(status, 200);
  t.like(body, { plugin: 'InvenTreeBarcode', barcode_data: 'ABC-1', part: { pk: part } });
  t.is((await b.get(`/api/part/${part}/`)).body.barcode_hash, body.barcode_hash);
  t.like((await b.post('/api/barcode/', { barcode: `{"stockitem": ${stock}}` })).body, { stockitem: { pk: stock } });
  t.is((await b.post('/api/barcode/unlink/', { part })).status, 200);
  t.is((await b.post('/api/barcode/', { barcode: 'ABC-1' })).status, 400);
  t.is((await b.post('/api/barcode/link/', { barcode: 'ABC-1', stockitem: String(stock) })).status, 200);
  for (const wrong of [
    { barcode: 'X' },
    { part },
    { barcode: '', part },
    { barcode: 'X', part: 99_999 },
    { barcode: 'X', part: 'y' },
  ]) {
    t.is((await b.post('/api/barcode/link/', wrong)).status, 400, JSON.stringify(wrong));
  }
  t.is((await b.post('/api/barcode/', { barcode: '{"stockitem": 99999}' })).status, 400);
});

test('Of many who link one barcode at once, one does', async (t) => {
  const parts = await Promise.all(Array.from({ length: 6 }, () => b.makePart()));
  const answers = await Promise.all(parts.map((part) => b.post('/api/barcode/link/', { barcode: 'RACE', part })));
  t.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400, 400, 400, 400]);
});

test('A barcode leads nobody to what they may not view, nor lets them change it', async (t) => {
  const part = await b.makePart();
  await b.post('/api/barcode/link/', { barcode: 'SECRET', part });
  const viewer = await b.q.bearerFor(b.keeper, ['r:view:stock']);
  t.is((await b.q.json('/api/barcode/', { as: viewer, json: { barcode: 'SECRET' } })).status, 400);
  const changer = await b.q.bearerFor(b.keeper, ['r:change:stock']);
  t.is((await b.q.json('/api/barcode/unlink/', { as: changer, json: { part } })).status, 403);
  t.is((await b.q.json('/api/barcode/unlink/', { as: viewer, json: { part } })).status, 403);
});

test('Parameters hang on parts and stock by kind and number', async (t) => {
  const part = await b.makePart();
  const template = (await make('/api/parameter/template/', { name: 'Resistance', units: 'ohm' })).pk;
  t.deepEqual(Object.keys((await b.post('/api/parameter/template/', { name: 'RESISTANCE' })).body), ['name']);
  const made = await make('/api/parameter/', { template, data: '4.70', model_type: 'part.part', model_id: part });
  t.like(made, { model_type: 'part', data: '4.70', data_numeric: 4.7, updated_by: b.keeper.id });
  for (const type of ['part', 'part.part']) {
    const { body } = await b.get<Body[]>(`/api/parameter/?model_type=${type}&model_id=${part}&template_detail=true`);
    t.deepEqual(
      body.map(({ pk }) => pk),
      [made.pk],
    );
    t.like(body[0], { template_detail: { name: 'Resistance' } });
  }
  const again = await b.post('/api/parameter/', { template, data: '5', model_type: 'part', model_id: part });
  t.deepEqual([again.status, Object.keys(again.body)], [400, ['non_field_errors']]);
  for (const wrong of [{ model_id: 99_999 }, { model_type: 'build' }, { data: '' }, { template: 99_999 }]) {
    const sent = { template, data: '1', model_type: 'stockitem', model_id: part, ...wrong };
    t.is((await b.post('/api/parameter/', sent)).status, 400, JSON.stringify(wrong));
  }
  await b.patch(`/api/part/${part}/`, { active: false });
  t.is((await b.remove(`/api/part/${part}/`)).status, 204);
  t.is((await b.get(`/api/parameter/${made.pk}/`)).status, 404);
});

test('A template says which values it takes', async (t) => {
  const part = await b.makePart();
  const put = (template: number, data: unknown) =>
    b.post('/api/parameter/', { template, data, model_type: 'part', model_id: part });
  const choices = (await make('/api/parameter/template/', { name: 'Colour', choices: 'red, blue' })).pk;
  t.is((await put(choices, 'green')).status, 400);
  t.is((await put(choices, 'blue')).status, 201);
  const checkbox = (await make('/api/parameter/template/', { name: 'RoHS', checkbox: true })).pk;
  t.is((await put(checkbox, 'maybe')).status, 400);
  t.is((await put(checkbox, 'True')).body.data, 'true');
  const category = (await make('/api/part/category/', { name: 'Resistors' })).pk;
  const row = await make('/api/part/category/parameters/', { category, template: choices, default_value: 'red' });
  t.like(row, { template_detail: { name: 'Colour' } });
  t.is((await b.post('/api/part/category/parameters/', { category, template: choices })).status, 400);
});

test('Tests have keys; results name them by number or by name', async (t) => {
  const part = await b.makePart({ trackable: true, testable: true });
  const template = await make('/api/part/test-template/', { part, test_name: 'Burn-in Test 1', requires_value: true });
  t.is(template.key, 'burnintest1');
  t.is((await b.post('/api/part/test-template/', { part, test_name: 'burnin test1' })).status, 400);
  t.is((await b.post('/api/part/test-template/', { part, test_name: '!!!' })).status, 400);
  const stock_item = await b.makeStock({ part, quantity: 1, serial: '1' });
  const byName = await make('/api/stock/test/', { stock_item, test: 'burn in TEST 1', result: true, value: '5V' });
  t.like(byName, { template: template.pk, result: true, user: b.keeper.id });
  t.is((await b.post('/api/stock/test/', { stock_item, template: template.pk, result: true })).status, 400);
  t.is((await b.post('/api/stock/test/', { stock_item, result: true })).status, 400);
  const fresh = await make('/api/stock/test/', { stock_item, test: 'Firmware', result: 'True', notes: 'v2' });
  t.like((await b.get(`/api/part/test-template/${fresh.template}/`)).body, { test_name: 'Firmware', results: 1 });
  const { body } = await b.get<Body[]>(`/api/stock/test/?stock_item=${stock_item}&template_detail=true`);
  t.deepEqual(
    body.map(({ pk }) => pk),
    [fresh.pk, byName.pk],
  );
  const tester = await b.q.tokenFor(await b.q.person({ username: 'tester', rights: { stock: ['view', 'add'] } }));
  const unknown = { stock_item, test: 'Nobody knows' };
  t.is((await b.q.json('/api/stock/test/', { as: tester, json: unknown })).status, 400);
  t.is((await b.q.json('/api/stock/test/', { as: tester, json: { stock_item, test: 'firmware' } })).status, 201);
});

test('The tests of a template part are tests of its variants', async (t) => {
  const above = await b.makePart({ is_template: true, testable: true });
  const part = await b.makePart({ variant_of: above, trackable: true });
  const { pk } = await make('/api/part/test-template/', { part: above, test_name: 'Inherited' });
  const found = async (query: string) =>
    (await b.get<Body[]>(`/api/part/test-template/?${query}`)).body.map((one) => one.pk);
  t.deepEqual(await found(`part=${part}`), [pk]);
  t.deepEqual(await found(`part=${part}&include_inherited=false`), []);
  const stock_item = await b.makeStock({ part, quantity: 1 });
  t.is((await make('/api/stock/test/', { stock_item, test: 'inherited' })).template, pk);
});

test('Parts are related, both ways, once, and not to themselves', async (t) => {
  const [part_1, part_2] = [await b.makePart(), await b.makePart()];
  const { pk } = await make('/api/part/related/', { part_1, part_2, note: 'Fits' });
  t.is((await b.post('/api/part/related/', { part_1: part_2, part_2: part_1 })).status, 400);
  t.is((await b.post('/api/part/related/', { part_1, part_2: part_1 })).status, 400);
  for (const part of [part_1, part_2]) {
    t.is((await b.get<Body[]>(`/api/part/related/?part=${part}`)).body[0]?.pk, pk);
  }
});

test('Internal prices go by quantity, as decimal texts', async (t) => {
  const part = await b.makePart();
  const price = await make('/api/part/internal-price/', { part, quantity: 1000, price: '12.34' });
  t.like(price, { quantity: 1000, price: '12.340000', price_currency: 'USD' });
  t.is((await b.post('/api/part/internal-price/', { part, quantity: 1000, price: 1 })).status, 400);
  t.is((await b.remove(`/api/part/internal-price/${price.pk}/`)).status, 204);
});

test('A bill of materials says what an assembly is made of, and how many its stock makes', async (t) => {
  const part = await b.makePart({ assembly: true });
  const sub = await b.makePart({ assembly: true });
  await b.makeStock({ part: sub, quantity: 11 });
  const item = await make('/api/bom/', { part, sub_part: sub, quantity: 4, reference: 'R1,R2' });
  t.like(item, { quantity: 4, available_stock: 11, can_build: 2, sub_part_detail: { pk: sub } });
  t.is((await b.get(`/api/part/${part}/requirements/`)).body.can_build, 2);
  t.is((await b.get<Body[]>(`/api/bom/?part=${part}`)).body.length, 1);
  t.is((await b.get<Body[]>(`/api/bom/?uses=${sub}`)).body.length, 1);
  const plain = await b.makePart();
  for (const wrong of [
    { part: plain, sub_part: sub, quantity: 1 },
    { part, sub_part: part, quantity: 1 },
    { part: sub, sub_part: part, quantity: 1 },
    { part, sub_part: sub, quantity: -1 },
    { part, sub_part: sub },
  ]) {
    t.is((await b.post('/api/bom/', wrong)).status, 400, JSON.stringify(wrong));
  }
  await b.patch(`/api/part/${sub}/`, { active: false });
  const used = await b.remove(`/api/part/${sub}/`);
  t.deepEqual(used.body, { non_field_errors: ['Cannot delete this part as it is used in an assembly'] });
});

test('Project codes are read by everybody and kept by those who look after people', async (t) => {
  const json = { code: 'APOLLO', description: 'To the moon' };
  t.is((await b.q.json('/api/project-code/', { as: staff, json })).status, 201);
  t.is((await b.q.json('/api/project-code/', { as: staff, json: { code: 'apollo' } })).status, 400);
  const anybody = await b.q.tokenFor(await b.q.person({ username: 'anybody' }));
  t.is((await b.q.json<Body[]>('/api/project-code/', { as: anybody })).body.length, 1);
  t.is((await b.q.json('/api/project-code/', { as: anybody, json: { code: 'MINE' } })).status, 403);
});

test('Companies have contacts, and call parts by numbers of their own', async (t) => {
  const company = await make('/api/company/', {
    name: 'Acme',
    description: 'Everything',
    is_supplier: true,
    is_manufacturer: true,
  });
  t.like(company, { is_customer: false, currency: 'USD', active: true, parts_supplied: 0 });
  t.is((await b.post('/api/company/', { name: 'Acme' })).status, 400);
  const contact = await make('/api/company/contact/', { company: company.pk, name: 'Ada', role: 'Sales' });
  t.is(contact.company_name, 'Acme');
  const part = await b.makePart();
  const maker = { part, manufacturer: company.pk, MPN: 'M-1' };
  const manufacturer_part = (await make('/api/company/part/manufacturer/', maker)).pk;
  t.is((await b.post('/api/company/part/manufacturer/', maker)).status, 400);
  const supplier = { part, supplier: company.pk, SKU: 'S-1', manufacturer_part };
  const sold = await make('/api/company/part/', supplier);
  t.like(sold, { MPN: 'M-1', manufacturer: company.pk, supplier_name: 'Acme', pack_quantity: '1' });
  const other = await b.makePart();
  t.is((await b.post('/api/company/part/', { ...supplier, part: other, SKU: 'S-2' })).status, 400);
  t.is((await b.post('/api/company/part/', { ...supplier, SKU: 'S-3', pack_quantity: 'many' })).status, 400);
  const buyer = (await make('/api/company/', { name: 'Buyer', is_supplier: false, is_customer: true })).pk;
  t.is((await b.post('/api/company/part/', { ...supplier, supplier: buyer })).status, 400);
  const stock = await b.makeStock({ part, quantity: 2, supplier_part: sold.pk });
  t.like((await b.get(`/api/stock/${stock}/?supplier_part_detail=true`)).body, {
    SKU: 'S-1',
    MPN: 'M-1',
    supplier_part_detail: { supplier_name: 'Acme' },
  });
  t.is((await b.get(`/api/company/part/${sold.pk}/`)).body.in_stock, 2);
  t.is((await b.remove(`/api/company/${company.pk}/`)).status, 409);
});
