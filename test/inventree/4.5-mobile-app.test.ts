import test from 'ava';
import { type Bench, type Body, openBench } from './bench.ts';

let b: Bench;
test.before(async () => {
  b = await openBench();
});
test.after.always(() => b?.q.close());

interface Page {
  count: number;
  next: string | null;
  previous: string | null;
  results: Body[];
}

test('The app connects: server, token, me, roles, plugins, status codes, notifications', async (t) => {
  const password = 'correct horse battery';
  const as = await b.q.person({ username: 'roamer', password, rights: { stock: ['view'] } });
  const { body: server } = await b.q.json<Record<string, unknown>>('/api/', {
    headers: { accept: 'application/json' },
  });
  t.is(server.apiVersion, 534);
  const { body: minted } = await b.q.json<{ token: string }>('/api/user/me/token/?name=inventree-mobile-app-linux', {
    as,
  });
  const call = async (path: string) => {
    const response = await b.q.fetch(path, {
      headers: { authorization: `Token ${minted.token}`, accept: 'application/json', 'accept-language': 'en' },
    });
    t.is(response.status, 200, path);
    t.is(response.headers.get('content-type'), 'application/json', path);
    return (await response.json()) as Record<string, unknown>;
  };
  t.is((await call('/api/user/me/')).username, 'roamer');
  t.truthy((await call('/api/user/me/roles/')).roles);
  t.deepEqual(await call('/api/plugins/'), [] as never);
  t.deepEqual(await call('/api/notifications/?read=false&limit=1'), {
    count: 0,
    next: null,
    previous: null,
    results: [],
  });
  const { values } = (await call('/api/stock/status/')) as { values: Record<string, unknown> };
  t.deepEqual(values.LOST, {
    key: 70,
    logical_key: 70,
    name: 'LOST',
    label: 'Lost',
    color: 'dark',
    custom: false,
  });
  t.deepEqual(await call('/api/generic/status/StockStatus/'), await call('/api/stock/status/'));
  t.truthy((await call('/api/stock/track/status/')).values);
  t.deepEqual(Object.keys(await call('/api/generic/status/')), ['StockStatus', 'StockHistoryCode']);
  t.is((await call('/api/currency/exchange/')).base_currency, 'USD');
});

test('What is not kept here is no endpoint, in words that InvenTree’s clients read', async (t) => {
  for (const path of ['build', 'order/po', 'order/so', 'label/template', 'report/template', 'plugins/x', 'order/ro']) {
    const { status, body } = await b.get<{ detail: string; url: string }>(`/api/${path}/`);
    t.deepEqual([status, body.detail], [404, 'API endpoint not found'], path);
    t.true(body.url.endsWith(`/api/${path}/`));
  }
});

test('One search looks through all that was asked for', async (t) => {
  const part = await b.makePart({ name: 'Widget red', keywords: 'shiny' });
  await b.makePart({ name: 'Widget blue' });
  await b.makeStock({ part, quantity: 3 });
  const asked = {
    search: 'widget',
    limit: 1,
    part: {},
    partcategory: {},
    stockitem: {},
    stocklocation: {},
    purchaseorder: {},
    salesorder: {},
    supplierpart: {},
    manufacturerpart: {},
    supplier: {},
    manufacturer: {},
    customer: {},
  };
  const { status, body } = await b.post<Record<string, Page>>('/api/search/', asked);
  t.is(status, 200);
  t.deepEqual(
    Object.keys(body).sort(),
    Object.keys(asked)
      .filter((key) => key !== 'search' && key !== 'limit')
      .sort(),
  );
  t.like(body.part, { count: 2, previous: null });
  t.is(body.part?.results.length, 1);
  const { body: second } = await b.get<Page>(
    new URL(body.part?.next ?? '').pathname + new URL(body.part?.next ?? '').search,
  );
  t.deepEqual([second.count, second.results.length], [2, 1]);
  t.like(body.stockitem, { count: 1 });
  t.like(body.stockitem?.results[0], { part, part_detail: { name: 'Widget red' } });
  t.deepEqual(body.partcategory, { count: 0, next: null, previous: null, results: [] });
  t.deepEqual(body.purchaseorder as unknown, { error: 'User does not have permission to view this model' });
  const filtered = await b.post<Record<string, Page>>('/api/search/', {
    search: 'widget',
    part: { active: 'False', limit: 5 },
  });
  t.is(filtered.body.part?.count, 0);
});

test('A search needs a word, and finds only what its caller may view', async (t) => {
  const empty = await b.post('/api/search/', { part: {} });
  t.deepEqual([empty.status, empty.body as unknown], [400, { search: 'Search term must be provided' }]);
  t.is((await b.post('/api/search/', { search: 'x', part: 5 })).status, 400);
  t.is((await b.post('/api/search/', { search: 'x', part: { category: 'y' } })).status, 400);
  const as = await b.q.bearerFor(b.keeper, ['r:view:stock']);
  const { body } = await b.q.json<Record<string, unknown>>('/api/search/', {
    as,
    json: { search: 'widget', part: {}, stockitem: {} },
  });
  t.deepEqual(body.part, { error: 'User does not have permission to view this model' });
  t.truthy((body.stockitem as Page).results);
  t.is((await b.q.json('/api/search/', { json: { search: 'x' } })).status, 401);
});

test('The star of a part or a category is its watcher’s own', async (t) => {
  const part = await b.makePart();
  const starred = async (path: string) => (await b.get<{ starred: boolean }>(path)).body.starred;
  const { body: category } = await b.post<Body>('/api/part/category/', { name: 'Watched' });
  const looker = await b.q.person({ username: 'looker', rights: { part: ['view'], part_category: ['view'] } });
  const other = await b.q.tokenFor(looker);
  for (const path of [`/api/part/${part}/`, `/api/part/category/${category.pk}/`]) {
    t.false(await starred(path));
    const { status, body } = await b.patch<{ starred: boolean }>(path, { starred: 'true' });
    t.deepEqual([status, body.starred], [200, true]);
    t.true(await starred(path));
    t.false((await b.q.json<{ starred: boolean }>(path, { as: other })).body.starred);
    t.is((await b.q.json(path, { as: other, method: 'PATCH', json: { starred: true } })).status, 403);
    // Whoever saves what they got writes the star as it was.
    t.true((await b.patch<{ starred: boolean }>(path, (await b.get(path)).body as object)).body.starred);
    t.false((await b.patch<{ starred: boolean }>(path, { starred: 'false' })).body.starred);
  }
  t.is((await b.get<Body[]>('/api/part/?starred=true')).body.length, 0);
});

test('Words are found whole, as patterns, or in notes, when asked so', async (t) => {
  const pk = await b.makePart({ name: 'Resistor 10k', notes: 'Bought in Basel' });
  const pks = async (query: string) => (await b.get<Body[]>(`/api/part/?${query}`)).body.map((row) => row.pk);
  t.deepEqual(await pks('search=resist'), [pk]);
  t.deepEqual(await pks('search=resist&search_whole=True'), []);
  t.deepEqual(await pks('search=RESISTOR&search_whole=true'), [pk]);
  t.deepEqual(await pks('search=%5Eresistor.%2Ak%24&search_regex=true'), [pk]);
  t.deepEqual(await pks('search=basel'), []);
  t.deepEqual(await pks('search=basel&search_notes=1'), [pk]);
  for (const [query, field] of [
    ['search=(&search_regex=true', 'search'],
    ['name_regex=%5B', 'name'],
  ]) {
    const { status, body } = await b.get(`/api/part/?${query}`);
    t.deepEqual(
      [status, body as object],
      [400, { [field ?? '']: ['This is no regular expression that can be read.'] }],
    );
  }
});
