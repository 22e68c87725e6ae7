import test from 'ava';
import { tables } from '../../../api/faces/table/tables.ts';
import { makeGroup } from '../../harness/index.ts';
import { getWithBody, type Refused, type Setting, setting } from './setting.ts';

let q: Setting;
let lonely: number;
test.before(async () => {
  q = await setting();
  const { knex } = q;
  [{ id: lonely }] = await knex('rack').insert({ number: 9, lab_id: q.ids.lab2 }).returning('id');
  await knex('bookable').insert([
    { host_id: q.ids.alpha, status: 'active' },
    { host_id: q.ids.beta, status: 'inactive' },
  ]);
});
test.after.always(() => q?.close());

type Item = { group: string; disable: true } | { label: string; description?: string; value: number };
interface Options {
  data: Item[];
  meta: { total: number };
}
interface Form {
  resource: string;
  fields: Record<string, { label: string; type: string; required: boolean; value: unknown; relatedOptions?: Item[] }>;
  layout: { fields: string[] }[];
  state: Record<string, unknown>;
}

const reload = (field: string, state: object) => ({
  initial_request: false,
  field,
  state,
  action: { name: 'reloadRelatedOptions' },
});

test('Options are rows by what people call them, under headings where there are any', async (t) => {
  const { body } = await q.json<Options>('/api/resources/hosts/field/rack/options', { as: q.root });
  t.deepEqual(body.data, [
    { group: 'N1/Compute', disable: true },
    { label: '1 in N1/Compute', value: q.ids.rack1 },
    { group: 'N1/Radio', disable: true },
    { label: '2 in N1/Radio', value: q.ids.rack2 },
    { label: '9 in N1/Radio', value: lonely },
  ]);
  t.is(body.meta.total, 3);
});

test('Options are searched, paged, and narrowed by the rest of the form', async (t) => {
  const ask = async (query: string) => {
    const { body } = await q.json<Options>(`/api/resources/hosts/field/rack/options?${query}`, { as: q.root });
    return body.data.flatMap((item) => ('value' in item ? [item.value] : []));
  };
  t.deepEqual(await ask('query=radio'), [q.ids.rack2, lonely]);
  t.deepEqual(await ask('query=9+in'), [lonely]);
  t.deepEqual(await ask('per_page=1&page=2'), [q.ids.rack2]);
  t.deepEqual(await ask(`state[lab]=${q.ids.lab1}`), [q.ids.rack1]);
  t.deepEqual(await ask('query=nowhere'), []);
});

test('Only what makes sense is offered: hosts that carry others, bookables in service', async (t) => {
  const labels = async (path: string) => {
    const { body } = await q.json<Options>(`/api/resources/${path}/options`, { as: q.root });
    return body.data.flatMap((item) => ('label' in item ? [item.label] : []));
  };
  t.deepEqual(await labels('hosts/field/vm_host'), ['gamma']);
  const bookables = await labels('bookings/field/bookable');
  t.deepEqual([bookables.includes('alpha[B]'), bookables.includes('beta[B]')], [true, false]);
});

test('Options of a choice are its values', async (t) => {
  const { body } = await q.json<Options>('/api/resources/hosts/field/status/options?query=ret', { as: q.root });
  t.deepEqual(body.data, [{ label: 'Retired', value: 'retired' }] as unknown as Item[]);
});

test('Options hold only what the caller may view', async (t) => {
  const as = await q.tokenFor(await q.person({ username: 'blinkered', rights: { host: ['view'], booking: ['add'] } }));
  const racks = await q.json<Options>('/api/resources/hosts/field/rack/options', { as });
  t.is(racks.status, 200);
  t.deepEqual(racks.body.data, []);
  const owners = await q.json<Options>('/api/resources/bookings/field/owner/options', { as });
  t.deepEqual(
    owners.body.data.map((item) => ('label' in item ? item.label : null)),
    ['blinkered'],
  );
});

test('A field without options is 404', async (t) => {
  for (const field of ['hostname', 'owner', 'nothing']) {
    t.is((await q.fetch(`/api/resources/hosts/field/${field}/options`, { as: q.root })).status, 404, field);
  }
});

test('GET create describes the form, with options and defaults', async (t) => {
  const { status, body } = await q.json<Form>('/api/resources/hosts/create', { as: q.root });
  t.is(status, 200);
  t.is(body.resource, 'hosts');
  t.like(body.fields.hostname, { type: 'text', required: true, value: null });
  t.like(body.fields.status, { value: 'new' });
  t.is(body.fields.rack?.relatedOptions?.length, 5);
  t.deepEqual(body.layout[0]?.fields, Object.keys(body.fields));
  t.false('bookable' in body.fields);
  t.like(body.state, { status: 'new', rack: null });
});

test('reloadRelatedOptions answers the options of one field, by the body of a GET, by query and by POST alike', async (t) => {
  const path = '/api/resources/hosts/create';
  const prefer = { prefer: 'return:minimal' };
  const asked = reload('rack', { lab: q.ids.lab1 });
  const expected = {
    rack: {
      relatedOptions: [
        { group: 'N1/Compute', disable: true },
        { label: '1 in N1/Compute', value: q.ids.rack1 },
      ],
    },
  };
  const headers = { authorization: `Bearer ${q.root}`, ...prefer };
  const byGet = await getWithBody<object>(q, path, JSON.stringify(asked), headers);
  t.deepEqual(byGet.body, expected);
  t.is(byGet.headers.get('preference-applied'), 'return=minimal');
  t.deepEqual((await q.json<object>(path, { as: q.root, json: asked, headers: prefer })).body, expected);
  const query = `initial_request=false&field=rack&state[lab]=${q.ids.lab1}&action[name]=reloadRelatedOptions`;
  t.deepEqual((await q.json<object>(`${path}?${query}`, { as: q.root, headers: prefer })).body, expected);

  const full = await q.json<Form>(path, { as: q.root, json: asked });
  t.deepEqual(Object.keys(full.body.fields), ['rack']);
  t.deepEqual(full.body.fields.rack?.relatedOptions, expected.rack.relatedOptions as Item[]);
});

test('Owners are offered by the host that is chosen', async (t) => {
  const member = await q.person({ username: 'member' });
  const only = await makeGroup(q.knex, 'only they', {}, [member.id]);
  const [host] = await q
    .knex('host')
    .insert({ hostname: 'theirs', hardware_id: q.ids.hardware, status: 'active', group_id: only })
    .returning('id');
  const [bookable] = await q.knex('bookable').insert({ host_id: host.id, status: 'active' }).returning('id');
  const { body } = await q.json<Record<string, { relatedOptions: Item[] }>>('/api/resources/bookings/create', {
    as: q.root,
    json: reload('owner', { bookable: { value: bookable.id, label: 'theirs[B]' } }),
    headers: { prefer: 'return=minimal' },
  });
  t.deepEqual(body.owner?.relatedOptions, [{ label: 'member', value: member.id }]);
});

test('A form that can not be understood is 422, and says what is wrong', async (t) => {
  for (const [json, key] of [
    [reload('hostname', {}), 'field'],
    [reload('nothing', {}), 'field'],
    [{ ...reload('rack', {}), action: { name: 'explode' } }, 'action'],
    [{ ...reload('rack', {}), field: undefined }, 'field'],
    [{ ...reload('rack', {}), state: 'x' }, 'state'],
    [reload('rack', { lab: 'x' }), 'state.lab'],
    [reload('rack', { lab: 99_999_999_999 }), 'state.lab'],
  ] as const) {
    const { status, body } = await q.json<Refused>('/api/resources/hosts/create', { as: q.root, json });
    t.is(status, 422, JSON.stringify(json));
    t.deepEqual(Object.keys(body.errors), [key]);
  }
});

test('The edit form holds what the row holds, for those who may change it', async (t) => {
  const path = `/api/resources/hosts/${q.ids.alpha}/edit`;
  const { body } = await q.json<Form>(path, { as: q.root });
  t.like(body.fields.rack, { value: { value: q.ids.rack1, label: '1 in N1/Compute' } });
  t.like(body.state, { hostname: 'alpha', rack: q.ids.rack1 });
  const reader = await q.tokenFor(await q.person({ username: 'reader', rights: { host: ['view'] } }));
  t.is((await q.fetch(path, { as: reader })).status, 403);
  t.is((await q.fetch('/api/resources/hosts/create', { as: reader })).status, 403);
});

test('Global search finds what I may view, by kind', async (t) => {
  interface Found {
    data: { resource: string; label: string; results: { id: number; label: string; url: string }[] }[];
  }
  const { status, body } = await q.json<Found>('/api/global-search?query=alpha', { as: q.root });
  t.is(status, 200);
  const hosts = body.data.find(({ resource }) => resource === 'hosts');
  t.like(hosts, { label: 'Hosts' });
  t.like(hosts?.results[0], { id: q.ids.alpha, label: 'alpha', url: `/api/inventory/host/${q.ids.alpha}/` });
  const as = await q.tokenFor(await q.person({ username: 'porter', rights: { location: ['view'] } }));
  const { body: seen } = await q.json<Found>('/api/global-search?query=alpha', { as });
  t.false(seen.data.some(({ resource }) => resource === 'hosts'));
  for (const query of ['', '?query=', '?query=+']) {
    t.is((await q.fetch(`/api/global-search${query}`, { as: q.root })).status, 422, query);
  }
});

test('Every table, form and list of options there is can be asked for', async (t) => {
  for (const tabled of new Set(tables.values())) {
    const ask = async (path: string) => {
      const { status, body } = await q.json<object>(`${tabled.path}${path}`, { as: q.root });
      t.is(status, 200, `${tabled.path}${path} ${JSON.stringify(body)}`);
    };
    if (!tabled.offered.includes('view')) continue;
    await ask(`/table/${tabled.name}`);
    if (tabled.offered.includes('add')) await ask('/create');
    for (const { name, field } of tabled.fields.values()) {
      if (!field.target) continue;
      const state = Object.keys(field.options?.by ?? {}).map((other) => `&state[${other}]=1`);
      await ask(`/field/${name}/options?query=a${state.join('')}`);
    }
    for (const { name, sortable, searchable } of tabled.columns.values()) {
      if (sortable) await ask(`/table/${tabled.name}?sort_column=${name}&sort_direction=desc`);
      if (searchable) await ask(`/table/${tabled.name}?search_columns[${name}][]=`);
    }
  }
});
