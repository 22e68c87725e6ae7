import test from 'ava';
import { readPrefer } from '../../../api/faces/table/prefer.ts';
import { day, record } from '../../booking/lab.ts';
import { getWithBody, type Labelled, type Refused, type Setting, setting, type Table } from './setting.ts';

let q: Setting;
let bookableId: number;
test.before(async () => {
  q = await setting();
  [{ id: bookableId }] = await q.knex('bookable').insert({ host_id: q.ids.alpha, status: 'active' }).returning('id');
});
test.after.always(() => q?.close());

const hosts = '/api/resources/hosts/table/hosts';
const namesOf = ({ data }: Table): unknown[] => data.map(({ hostname }) => hostname);

test('A table answers its rows with columns, tabs, actions, state, permissions, meta and links', async (t) => {
  const { status, body, headers } = await q.json<Table>(hosts, { as: q.root });
  t.is(status, 200);
  t.is(headers.get('content-type'), 'application/json');
  t.deepEqual(namesOf(body), ['alpha', 'beta', 'gamma']);
  t.like(body.data[0], {
    id: q.ids.alpha,
    ip: '10.0.0.1/32',
    rack: { value: q.ids.rack1, label: '1 in N1/Compute' },
    actions: ['view', 'edit', 'delete_resource'],
  });
  t.is(body.data[2]?.rack, null);
  t.like(
    body.columns.find(({ name }) => name === 'rack'),
    {
      label: 'Rack',
      type: 'belongs_to',
      sortable: true,
      searchable: true,
      options_url: '/api/resources/hosts/field/rack/options',
    },
  );
  t.like(
    body.tabs.find(({ name }) => name === 'retired'),
    { label: 'Retired', active: false, count: 1 },
  );
  t.like(body.actions[0], { name: 'delete_resource', confirm: true, fields: [] });
  t.deepEqual(body.permissions, { create: true });
  t.deepEqual([body.resource, body.table], ['hosts', 'hosts']);
  t.like(body.meta, { current_page: 1, from: 1, to: 3, last_page: 1, per_page: 25, total: 3, path: q.url + hosts });
  t.deepEqual([body.links.prev, body.links.next], [null, null]);
});

test('Prefer makes it rows and meta alone, in both spellings, and says that it did', async (t) => {
  for (const prefer of ['return=minimal', 'return:minimal', 'Return = "minimal"', 'wait=5, return:minimal; x=1']) {
    const { body, headers } = await q.json<Table>(hosts, { as: q.root, headers: { prefer } });
    t.deepEqual(Object.keys(body), ['data', 'meta']);
    t.is(body.data[0]?.rack, q.ids.rack1);
    t.false('actions' in (body.data[0] ?? {}));
    t.is(headers.get('preference-applied'), 'return=minimal');
    t.regex(headers.get('vary') ?? '', /\bPrefer\b/);
  }
  for (const prefer of ['', 'respond-async', 'return=everything']) {
    const { body, headers } = await q.json<Table>(hosts, { as: q.root, headers: { prefer } });
    t.true('columns' in body);
    t.is(headers.get('preference-applied'), null);
    t.regex(headers.get('vary') ?? '', /\bPrefer\b/);
  }
});

test('Of several preferences the first return counts', (t) => {
  t.is(readPrefer('return=representation, return=minimal'), 'representation');
  t.is(readPrefer('foo="a, return=minimal"'), null);
  t.is(readPrefer('return=minimalist'), null);
  t.is(readPrefer(' return : minimal '), 'minimal');
});

test('The body of a GET, the query and the body of a POST ask for the same, all six keys of it', async (t) => {
  const asked = {
    tab: 'Active',
    search_columns: { hostname: 'A', rack: [q.ids.rack1, null] },
    sort_column: 'hostname',
    sort_direction: 'descending',
    per_page: 1,
    page: 2,
  };
  const byGet = await getWithBody(q, hosts, JSON.stringify(asked), { authorization: `Bearer ${q.root}` });
  const query = `tab=Active&search_columns[hostname]=A&search_columns[rack][]=${q.ids.rack1}&search_columns[rack][]=&sort_column=hostname&sort_direction=descending&per_page=1&page=2`;
  const byQuery = await q.json<Table>(`${hosts}?${query}`, { as: q.root });
  const byPost = await q.json<Table>(hosts, { as: q.root, json: asked });
  t.is(byGet.status, 200);
  t.deepEqual(namesOf(byGet.body), ['alpha']);
  t.like(byGet.body.meta, { current_page: 2, total: 2, last_page: 2, per_page: 1, from: 2, to: 2 });
  t.deepEqual(byPost.body, byGet.body);
  t.deepEqual({ ...byQuery.body, state: null, links: null }, { ...byGet.body, state: null, links: null } as never);
  t.deepEqual(byGet.body.state, {
    tab: 'active',
    search_columns: { hostname: 'A', rack: [q.ids.rack1, null] },
    sort_column: 'hostname',
    sort_direction: 'descending',
  });
});

test('The links of a page need no body: they repeat what was asked in their query', async (t) => {
  const search_columns = { hostname: 'a', rack: [q.ids.rack1, null] };
  const asked = { tab: 'active', search_columns, sort_column: 'hostname', per_page: 1 };
  const first = await q.json<Table>(hosts, { as: q.root, json: asked });
  const next = await q.json<Table>(first.body.links.next ?? '', { as: q.root });
  t.deepEqual([...namesOf(first.body), ...namesOf(next.body)], ['alpha', 'gamma']);
  t.is(next.body.links.next, null);
  t.truthy(next.body.links.prev);
});

test('A body counts before the query, name by name', async (t) => {
  const { body } = await q.json<Table>(`${hosts}?per_page=1&sort_column=hostname&page=1`, {
    as: q.root,
    json: { per_page: 2 },
  });
  t.deepEqual(namesOf(body), ['alpha', 'beta']);
});

test('A page behind the last one is empty; a page that is none is 422', async (t) => {
  const { status, body } = await q.json<Table>(`${hosts}?page=9`, { as: q.root });
  t.is(status, 200);
  t.deepEqual(body.data, []);
  t.like(body.meta, { current_page: 9, from: null, to: null, total: 3 });
  for (const wrong of ['page=0', 'page=x', 'per_page=-1', 'sort_direction=up']) {
    const refused = await q.json<Refused>(`${hosts}?${wrong}`, { as: q.root });
    t.is(refused.status, 422, wrong);
    t.deepEqual(Object.keys(refused.body.errors), [wrong.split('=')[0]]);
  }
  t.is((await q.json<Table>(`${hosts}?per_page=100000`, { as: q.root })).body.meta.per_page, 500);
});

test('What the table does not show can neither be searched nor sorted by', async (t) => {
  for (const [json, key] of [
    [{ search_columns: { owner: 'x' } }, 'search_columns.owner'],
    [{ search_columns: { nothing: 'x' } }, 'search_columns.nothing'],
    [{ search_columns: { __proto__: null, constructor: 'x' } }, 'search_columns.constructor'],
    [{ sort_column: 'owner' }, 'sort_column'],
    [{ sort_column: 'password' }, 'sort_column'],
    [{ tab: 'Mijn registraties' }, 'tab'],
    [{ search_columns: 'x' }, 'search_columns'],
    [{ search_columns: { hostname: { like: 'x' } } }, 'search_columns.hostname'],
    [{ search_columns: { hostname: 'a\0' } }, 'search_columns'],
  ] as const) {
    const { status, body } = await q.json<Refused>(hosts, { as: q.root, json });
    t.is(status, 422, JSON.stringify(json));
    t.deepEqual(Object.keys(body.errors), [key]);
  }
});

test('Columns are searched by what they hold', async (t) => {
  const find = async (search_columns: object) =>
    namesOf((await q.json<Table>(hosts, { as: q.root, json: { search_columns, sort_column: 'hostname' } })).body);
  t.deepEqual(await find({ hostname: 'ET' }), ['beta']);
  t.deepEqual(await find({ details: '50%' }), ['gamma']);
  t.deepEqual(await find({ ip: '10.0.' }), ['alpha']);
  t.deepEqual(await find({ rack: q.ids.rack2 }), ['beta']);
  const shown = { value: q.ids.rack2, label: '1 in N1/Radio' };
  t.deepEqual(await find({ rack: shown }), ['beta'], 'what the table shows may be sent back');
  t.deepEqual(await find({ rack: [shown, { value: null }] }), ['beta', 'gamma']);
  t.deepEqual(await find({ rack: 'compute' }), ['alpha']);
  t.deepEqual(await find({ rack: [null] }), ['gamma']);
  t.deepEqual(await find({ hypervisor: true }), ['gamma']);
  t.deepEqual(await find({ hypervisor: 'False' }), ['alpha', 'beta']);
  t.deepEqual(await find({ status: 'retired' }), ['beta']);
  t.deepEqual(await find({ status: ['retired', 'active'] }), ['alpha', 'beta', 'gamma']);
  t.deepEqual(await find({ hostname: '', rack: [] }), ['alpha', 'beta', 'gamma']);
  t.deepEqual(await find({ hostname: 'a', rack: [q.ids.rack1, q.ids.rack2], status: 'act' }), ['alpha']);
});

test('Sorting by a reference goes by what people read, either way', async (t) => {
  const sorted = async (sort_direction: string) =>
    namesOf((await q.json<Table>(hosts, { as: q.root, json: { sort_column: 'rack', sort_direction } })).body);
  t.deepEqual(await sorted('asc'), ['alpha', 'beta', 'gamma']);
  t.deepEqual(await sorted('descending'), ['gamma', 'beta', 'alpha']);
});

test('Bookings have the tabs mine, upcoming, running, past and all; dates are searched by day', async (t) => {
  const me = await q.person({ username: 'booker', rights: { booking: ['view', 'add'] } });
  const other = await q.person({ username: 'other' });
  const bookable = { id: bookableId, host: q.ids.alpha, hostname: 'alpha' };
  const add = (owner: typeof me, from: number, to: number) =>
    record(q, { bookable, owner, start: day(from), end: day(to) });
  const past = await add(me, -9, -8);
  const running = await add(other, -1, 2);
  const upcoming = await add(me, 5, 6);
  const as = await q.tokenFor(me);
  const find = async (json: object) => {
    const { body } = await q.json<Table>('/api/resources/bookings/table/bookings', { as, json });
    return { ids: body.data.map(({ id }) => id).toSorted((a, b) => a - b), body };
  };
  t.deepEqual((await find({ tab: 'Mine' })).ids, [past, upcoming]);
  t.deepEqual((await find({ tab: 'running' })).ids, [running]);
  t.deepEqual((await find({ tab: 'UPCOMING' })).ids, [upcoming]);
  t.deepEqual((await find({ tab: 'past' })).ids, [past]);
  const { ids, body } = await find({ tab: 'all' });
  t.deepEqual(ids, [past, running, upcoming]);
  t.deepEqual(
    body.tabs.map(({ name, count }) => [name, count]),
    [
      ['mine', 2],
      ['upcoming', 1],
      ['running', 1],
      ['past', 1],
      ['all', 3],
    ],
  );
  t.deepEqual((await find({ search_columns: { start: day(5).slice(0, 10) } })).ids, [upcoming]);
  t.deepEqual((await find({ search_columns: { start: { from: day(-1), to: day(5).slice(0, 10) } } })).ids, [
    running,
    upcoming,
  ]);
  t.deepEqual((await find({ search_columns: { bookable: bookable.hostname } })).ids, [past, running, upcoming]);

  // What may be done is said row by row, and labels of people who may not be viewed are kept back.
  const mine = body.data.find(({ id }) => id === upcoming);
  const theirs = body.data.find(({ id }) => id === running);
  t.deepEqual(mine?.actions, ['view', 'edit', 'delete_resource', 'cancel', 'end']);
  t.deepEqual(theirs?.actions, ['view']);
  t.deepEqual(mine?.owner as Labelled, { value: me.id, label: 'booker' });
  t.deepEqual(theirs?.owner as Labelled, { value: other.id, label: `#${other.id}` });
  t.deepEqual((await find({ search_columns: { owner: 'other' } })).ids, []);
  t.deepEqual((await find({ search_columns: { owner: 'book' } })).ids, [past, upcoming]);
});

test('Somebody who only reads is offered nothing to do', async (t) => {
  const as = await q.tokenFor(await q.person({ username: 'reader', rights: { host: ['view'] } }));
  const { body } = await q.json<Table>(hosts, { as });
  t.deepEqual(body.permissions, { create: false });
  t.deepEqual(body.actions, []);
  t.deepEqual(body.data[0]?.actions, ['view']);
  t.deepEqual(body.data[0]?.rack, { value: q.ids.rack1, label: `#${q.ids.rack1}` });
});

test('Bad JSON is 400, a body that is no object is 422', async (t) => {
  const broken = await getWithBody<Refused>(q, hosts, '{"tab":', { authorization: `Bearer ${q.root}` });
  t.is(broken.status, 400);
  t.truthy(broken.body.message);
  t.is((await getWithBody<Refused>(q, hosts, '[1]', { authorization: `Bearer ${q.root}` })).status, 422);
  t.is((await getWithBody(q, hosts, '{}', { authorization: `Bearer ${q.root}` })).status, 200);
});
