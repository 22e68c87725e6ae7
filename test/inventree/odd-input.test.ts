import test from 'ava';
import { type Bench, type Body, openBench } from './bench.ts';

let b: Bench;
let root: string;
test.before(async () => {
  b = await openBench();
  root = await b.q.tokenFor(await b.q.person({ username: 'root', superuser: true }));
});
test.after.always(() => b?.q.close());

const odd = [
  null,
  '',
  'x',
  -1,
  0,
  1,
  1.5,
  1e20,
  1e-9,
  [],
  {},
  [[1]],
  [null],
  [{}],
  'a\0',
  '\ud800',
  'x'.repeat(60_000),
];
const failed: string[] = [];
const send = async (method: string, path: string, json: unknown): Promise<Body> => {
  const { status, body } = await b.q.json<Body>(path, { as: root, method, json });
  if (status >= 500) failed.push(`${status} ${method} ${path} ${JSON.stringify(json).slice(0, 200)}`);
  return body;
};

test('Whatever is asked of actions, barcodes, search and attachments, the server does not fail', async (t) => {
  const pk = await b.makeStock({ part: await b.makePart({ trackable: true }), quantity: 1000 });
  const place = await b.makePlace();
  for (const action of ['count', 'add', 'remove', 'transfer', 'assign', 'change_status', 'merge', 'return']) {
    for (const value of odd) {
      await send('POST', `/api/stock/${action}/`, value);
      await send('POST', `/api/stock/${action}/`, { items: value });
      await send('POST', `/api/stock/${action}/`, { items: [value], location: place, customer: 1, status: 10 });
      for (const key of ['pk', 'item', 'quantity', 'batch', 'status', 'packaging']) {
        const item = { pk, item: pk, quantity: 1, [key]: value };
        await send('POST', `/api/stock/${action}/`, { items: [item], location: place, customer: 1 });
      }
      for (const key of ['notes', 'note', 'location', 'customer', 'status', 'allow_mismatched_status']) {
        const items = [{ pk, item: pk, quantity: 1 }];
        await send('POST', `/api/stock/${action}/`, { items, location: place, customer: 1, [key]: value });
      }
    }
  }
  for (const value of odd) {
    for (const key of ['quantity', 'serial_numbers', 'destination', 'notes', 'stock_item', 'location', 'note']) {
      const given = { quantity: 1, serial_numbers: '1', stock_item: pk, location: place, [key]: value };
      for (const action of ['serialize', 'install', 'uninstall'])
        await send('POST', `/api/stock/${pk}/${action}/`, given);
    }
    for (const path of [
      '/api/search/',
      '/api/barcode/',
      '/api/barcode/link/',
      '/api/barcode/unlink/',
      '/api/attachment/',
    ]) {
      await send('POST', path, value);
      for (const key of [
        'search',
        'limit',
        'part',
        'stockitem',
        'barcode',
        'model_type',
        'model_id',
        'link',
        'comment',
      ]) {
        const given = {
          search: 'x',
          barcode: 'x',
          part: 1,
          model_type: 'part',
          model_id: 1,
          link: 'http://x',
          [key]: value,
        };
        await send('POST', path, given);
      }
    }
    for (const method of ['PATCH', 'DELETE']) {
      await send(method, '/api/stock/', value);
      await send(method, '/api/stock/', { items: value });
      await send(method, '/api/stock/', { filters: value });
      await send(method, '/api/stock/', { filters: { batch: value, quantity: value } });
      await send(method, '/api/attachment/', { items: value });
    }
  }
  t.deepEqual(failed, []);
});

test('Whatever is written to the rows beside parts and stock, the server does not fail', async (t) => {
  const part = await b.makePart({ assembly: true });
  const sub_part = await b.makePart();
  const stock_item = await b.makeStock({ part, quantity: 1 });
  const make = async (path: string, json: object): Promise<number> => {
    const made = await send('POST', `/api/${path}/`, json);
    t.truthy(made.pk, `${path} ${JSON.stringify(made)}`);
    return made.pk;
  };
  const company = await make('company', { name: 'Odd', is_manufacturer: true });
  const template = await make('parameter/template', { name: 'Odd' });
  const category = await make('part/category', { name: 'Odd' });
  const rows: [string, number][] = [
    ['company', company],
    ['company/contact', await make('company/contact', { company, name: 'Ada' })],
    ['company/part/manufacturer', await make('company/part/manufacturer', { part, manufacturer: company, MPN: 'M' })],
    ['company/part', await make('company/part', { part, supplier: company, SKU: 'S' })],
    ['parameter/template', template],
    ['parameter', await make('parameter', { template, data: '1', model_type: 'part', model_id: part })],
    ['part/category/parameters', await make('part/category/parameters', { category, template })],
    ['part/test-template', await make('part/test-template', { part, test_name: 'Odd' })],
    ['stock/test', await make('stock/test', { stock_item, test: 'odd' })],
    ['part/related', await make('part/related', { part_1: part, part_2: sub_part })],
    ['part/internal-price', await make('part/internal-price', { part, price: 1 })],
    ['bom', await make('bom', { part, sub_part, quantity: 1 })],
    ['project-code', await make('project-code', { code: 'ODD' })],
    ['attachment', await make('attachment', { model_type: 'part', model_id: part, link: 'http://x' })],
    ['metadata/part', part],
  ];
  for (const [path, pk] of rows) {
    const row = (await b.q.json<Body>(`/api/${path}/${pk}/`, { as: root })).body;
    for (const key of Object.keys(row))
      for (const value of odd) await send('PATCH', `/api/${path}/${pk}/`, { [key]: value });
  }
  t.deepEqual(failed, []);
});
