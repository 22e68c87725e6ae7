import test from 'ava';
import { resourceNamed } from '../../api/resources/index.ts';
import { wordsOf } from '../../api/store/search.ts';
import { Store } from '../../api/store/store.ts';
import { anonymous, type Principal } from '../../shared/access/principal.ts';
import type { Role } from '../../shared/access/roles.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshServices } from '../harness/index.ts';

let services: Services;
let store: Store;
test.before(async () => {
  services = await freshServices({ anonymousRead: 'none' });
  store = new Store(services);
  await services.knex.raw(`
    INSERT INTO users (id, username) VALUES (901, 'ada'), (902, 'grace');
    INSERT INTO host_hardware (id, name, details) VALUES (1, 'PowerEdge R640', 'steel'), (2, 'Thinkstation', 'tin');
    INSERT INTO host (hostname, hardware_id, details, serial_no) VALUES
      ('alpha', 1, 'measures with an oscilloscope', 'SN-1234'),
      ('alphabet', 1, '', NULL), ('beta-alpha', 2, '', NULL), ('megaalpha', 2, 'runs at 100%', NULL);
    INSERT INTO bookable (host_id, status) SELECT id, 'active' FROM host WHERE hostname IN ('alpha', 'megaalpha');
    INSERT INTO occupancy (kind, bookable_id, owner_id, start, "end", comment)
      SELECT 'booking', id, 900 + row_number() OVER (ORDER BY id), now(), now() + interval '1 hour',
        CASE row_number() OVER (ORDER BY id) WHEN 1 THEN 'calibration' ELSE 'calibrating secretly' END
      FROM bookable;
    INSERT INTO part (name, description, tags) VALUES ('Alpha wheel', 'a 100 mm wheel', '{spare,round}');
  `);
});
test.after.always(() => services && closeServices(services));

/** Somebody who may view what belongs to these roles. */
const viewer = (roles: readonly Role[], id = 900): Principal => ({
  ...anonymous(),
  proof: 'token',
  person: {
    id,
    username: 'viewer',
    firstName: '',
    lastName: '',
    email: '',
    isActive: true,
    emailConfirmed: false,
    isStaff: false,
    isSuperuser: false,
    groups: [],
    rights: new Map(roles.map((role) => [role, new Set(['view' as const])])),
  },
});

/** Labels of what is found, the best first, by resource. */
async function find(principal: Principal, typed: string): Promise<Record<string, string[]>> {
  const found = await store.search(principal, wordsOf(typed));
  return Object.fromEntries(found.map(({ resource, hits }) => [resource.name, hits.map(({ label }) => label)]));
}

const hosts = async (typed: string): Promise<string[]> => {
  const found = await store.search(viewer(['host']), wordsOf(typed), { resources: [resourceNamed('host')] });
  return found.flatMap(({ hits }) => hits.map(({ label }) => label));
};

test('a word is found in all resources that the caller may view, and in no other', async (t) => {
  t.deepEqual(await find(viewer(['part']), 'alpha'), { part: ['Alpha wheel'] });
  const both = await find(viewer(['host', 'part']), 'alpha');
  t.is(both.host?.length, 4);
  t.deepEqual(both.part, ['Alpha wheel']);
  t.is(both.booking, undefined);
  t.deepEqual(await find(viewer([]), 'alpha'), {});
  t.deepEqual(await find(viewer(['part']), ''), {});
});

test('somebody who may see their own bookings only finds those, and is told of no word in the others', async (t) => {
  const ada = await find(viewer([], 901), 'calibrat');
  t.is(ada.booking?.length, 1);
  t.regex(ada.booking?.[0] ?? '', /^alpha @/);
  t.deepEqual(await find(viewer([], 901), 'secretly'), {});
  // «secretli» is near a word in another's booking.
  t.deepEqual(await find(viewer([], 901), 'secretli'), {});
  t.is((await find(viewer([], 902), 'secretli')).booking?.length, 1);
});

test('whole words come first, then beginnings, then parts of words', async (t) => {
  t.deepEqual(await hosts('alpha'), ['alpha', 'alphabet', 'beta-alpha', 'megaalpha']);
  t.deepEqual(await hosts('ALPHAB'), ['alphabet']);
  t.deepEqual(await hosts('egaal'), ['megaalpha']);
});

test('every word has to be there, wherever it stands', async (t) => {
  t.deepEqual(await hosts('alpha poweredge'), ['alpha', 'alphabet']);
  t.deepEqual(await hosts('thinkstation mega'), ['megaalpha']);
  t.deepEqual(await hosts('thinkstation alphabet'), []);
  // What is found behind a reference is the field that was declared, not all that is known there.
  t.deepEqual(await hosts('steel'), []);
});

test('a renamed model is found by its new name at once', async (t) => {
  await services.knex('host_hardware').insert({ id: 3, name: 'Gigabox' });
  await services.knex('host').insert({ hostname: 'gamma', hardware_id: 3 });
  t.deepEqual(await hosts('gigabox'), ['gamma']);
  await services.knex('host_hardware').where('id', 3).update({ name: 'Terabox' });
  t.deepEqual(await hosts('terabox'), ['gamma']);
  t.deepEqual(await hosts('gigab0x'), []);
});

test('a word that stands nowhere is taken for the nearest one that does', async (t) => {
  t.deepEqual(await hosts('osciloscope'), ['alpha']);
  t.deepEqual(await hosts('powredge alphabet'), ['alphabet']);
  t.is((await hosts('alhpa')).length, 4);
  t.deepEqual(await hosts('unthinkably'), []);
});

test('a code that is nearly right is another one', async (t) => {
  t.deepEqual(await hosts('sn-1234'), ['alpha']);
  t.deepEqual(await hosts('sn-1235'), []);
  t.deepEqual(await hosts('R641'), []);
});

test('signs that mean something in patterns stand for themselves', async (t) => {
  t.deepEqual(await hosts('100%'), ['megaalpha']);
  t.deepEqual(await hosts('a_p'), []);
  t.deepEqual(await hosts('a\\'), []);
});

test('tags are found, and a hit tells what else it is found by', async (t) => {
  const [found] = await store.search(viewer(['part']), ['round'], { resources: [resourceNamed('part')] });
  t.is(found?.count, 1);
  t.is(found?.hits[0]?.label, 'Alpha wheel');
  t.regex(found?.hits[0]?.description ?? '', /a 100 mm wheel · spare round/);
});

test('hits come in pages, with how many there are in all', async (t) => {
  const page = (limit: number, offset: number) =>
    store.search(viewer(['host']), ['alpha'], { resources: [resourceNamed('host')], limit, offset });
  const [first] = await page(3, 0);
  const [second] = await page(3, 3);
  t.is(first?.count, 4);
  t.deepEqual(
    [...(first?.hits ?? []), ...(second?.hits ?? [])].map(({ label }) => label),
    ['alpha', 'alphabet', 'beta-alpha', 'megaalpha'],
  );
  t.true((first?.hits[0]?.rank ?? 0) > (second?.hits[0]?.rank ?? 1));
});

test('a list narrows down by the same words, near ones included', async (t) => {
  const host = resourceNamed('host');
  const projection = {
    resource: host,
    name: 'test',
    columns: [{ key: 'hostname', sql: (s: { path(p: string): string }) => s.path('hostname') }],
  };
  const list = async (search: string, offset = 0) => {
    const page = { kind: 'offset', limit: 2, offset } as const;
    const { text, count } = await store.list(viewer(['host']), projection, {
      where: [],
      search: wordsOf(search),
      order: ['hostname'],
      page,
    });
    return [count, JSON.parse(text ?? '').map((row: { hostname: string }) => row.hostname)];
  };
  t.deepEqual(await list('alpha'), [4, ['alpha', 'alphabet']]);
  t.deepEqual(await list('alpha', 2), [4, ['beta-alpha', 'megaalpha']]);
  t.deepEqual(await list('alhpa', 2), [4, ['beta-alpha', 'megaalpha']]);
  t.deepEqual(await list('alpha', 4), [4, []]);
  t.deepEqual(await list('poweredge oscill'), [1, ['alpha']]);
  t.deepEqual(await list('R641'), [0, []]);
});
