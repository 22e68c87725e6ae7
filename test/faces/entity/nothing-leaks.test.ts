import test from 'ava';
import { bookableHost, day, record } from '../../booking/lab.ts';
import { type Running, start } from '../../harness/index.ts';
import { type Client, type Listed, signIn } from './conversation.ts';

// Somebody who may view hosts and bookings, but neither places nor other people, asks everything that `where`, search
// and sorting can ask. Then all that is hidden from them changes. If any answer differs, it told of what is hidden.

let q: Running;
let viewer: Client;

interface Metadata {
  readonly entityDefs: Record<
    string,
    { fields: Record<string, { type: string }>; links: Record<string, { entity: string }> }
  >;
}

const entities = ['Host', 'Nic', 'Bookable', 'Booking', 'Reservation', 'UnknownScanConflict', 'User', 'Team'];

test.before(async () => {
  q = await start();
  const password = 'correct horse battery';
  const rights = { host: ['view'], booking: ['view'] } as const;
  const me = await q.person({ username: 'viewer', password, rights });
  const other = await q.person({ username: 'quimby', email: 'quimby@lab.example', firstName: 'Quentin' });
  await q.knex.raw(`
    INSERT INTO building (code) VALUES ('B1');
    INSERT INTO lab (name, building_id) VALUES ('North', 1), ('South', 1);
    INSERT INTO rack (number, lab_id, comment) VALUES (1, 1, 'left'), (2, 2, 'right');
    INSERT INTO groups (name) VALUES ('quality');`);
  const [one, two, three] = [await bookableHost(q), await bookableHost(q), await bookableHost(q)];
  await q.knex.raw(`
    UPDATE host SET rack_id = 1 WHERE id = ${one.host};
    UPDATE host SET rack_id = 2, group_id = (SELECT id FROM groups WHERE name = 'quality') WHERE id = ${two.host};
    INSERT INTO nic (mac, "primary", host_id) VALUES ('02:00:00:00:00:01', true, ${one.host});
    INSERT INTO scan_session (agent_identifier, raw_data) VALUES ('agent', '[]');
    INSERT INTO unknown_scan_conflict (scan_id, ip, mac, lab_id) VALUES (1, '10.0.0.1', '02:00:00:00:00:05', 1), (1, '10.0.0.2', '02:00:00:00:00:06', 2);`);
  await record(q, { bookable: one, owner: other, start: day(1), end: day(2) });
  await record(q, { bookable: two, owner: me, start: day(1), end: day(2) });
  await record(q, { bookable: three, owner: other, start: day(1), end: null, kind: 'reservation' });
  viewer = await signIn(q, me);
});
test.after.always(() => q?.close());

/** Everything there is to ask of an entity: its attributes, those of what it leads to, and some further away. */
function questions({ entityDefs }: Metadata, entity: string): string[] {
  const attributesOf = (name: string) =>
    Object.entries(entityDefs[name]?.fields ?? {}).flatMap(([key, { type }]) => {
      if (type === 'link') return [`${key}Id`, `${key}Name`];
      return type === 'linkMultiple' ? [`${key}Ids`] : [key];
    });
  const own = attributesOf(entity);
  const behind = Object.entries(entityDefs[entity]?.links ?? {}).flatMap(([link, { entity: target }]) =>
    attributesOf(target).map((one) => `${link}.${one}`),
  );
  const further = ['rack.lab.building.code', 'host.rack.comment', 'bookable.host.rack.number', 'owner.teams.name'];
  return [
    ...own.map((attribute) => `sortBy=${attribute}`),
    ...['zz', 'zorth', 'north', 'qu', 'zzimby', 'qualty'].map((word) => `q=${word}`),
    ...[...own, ...behind, ...further].map((attribute) => {
      const item = /(^|[.])(number|[a-z]*Id)$/.test(attribute)
        ? { type: 'greaterThan', attribute, value: 500 }
        : { type: 'contains', attribute, value: 'zz' };
      return `where=${encodeURIComponent(JSON.stringify([item]))}`;
    }),
  ];
}

/** What the viewer is answered: the status, and which rows in which order. */
async function answers(all: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const asked = [...all];
  const askOn = async () => {
    for (let path = asked.pop(); path !== undefined; path = asked.pop()) {
      const { status, body } = await viewer.get<Partial<Listed<{ id: string }>>>(path);
      found.set(path, `${status} ${body.total} ${body.list?.map(({ id }) => id).join(' ')}`);
    }
  };
  await Promise.all(Array.from({ length: 6 }, askOn));
  return found;
}

test('No question that can be put to a list is answered otherwise when only what is hidden changes', async (t) => {
  const { body: metadata } = await viewer.get<Metadata>('Metadata');
  const all = entities.flatMap((entity) => questions(metadata, entity).map((question) => `${entity}?${question}`));
  t.true(all.length > 500);
  const before = await answers(all);
  await q.knex.raw(`
    UPDATE rack SET comment = 'zz', number = 1002 - number;
    UPDATE lab SET name = CASE name WHEN 'North' THEN 'zzorth' ELSE 'azzuth' END;
    UPDATE building SET code = 'zz';
    UPDATE users SET username = 'zzimby', email = 'zz@zz.example', first_name = 'zz', last_name = 'zz', is_staff = true
      WHERE username = 'quimby';
    UPDATE groups SET name = 'zz' WHERE name = 'quality';`);
  const after = await answers(all);
  const told = all.filter((path) => after.get(path) !== before.get(path)).map((path) => decodeURIComponent(path));
  // A bookable itself says where its host stands: whoever may view one sees it there.
  t.deepEqual(
    told.filter((path) => !/^Bookable.*rack|"bookables?[.]rack"/.test(path)),
    [],
  );
  const statuses = [...before.values()].map((answer) => answer.slice(0, 3));
  t.deepEqual([...new Set(statuses)].sort(), ['200', '400', '403']);
});

test('What is one’s own may be asked about, and no more is found by it', async (t) => {
  const total = async (entity: string, attribute: string, value: string) =>
    (await viewer.find(entity, [{ type: 'contains', attribute, value }])).body.total;
  t.is(await total('Booking', 'ownerName', 'view'), 1);
  t.is(await total('Booking', 'owner.userName', ''), 1);
  t.is(await total('User', 'userName', ''), 1);
});
