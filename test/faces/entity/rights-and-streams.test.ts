import test from 'ava';
import { type Running, start, type TestPerson } from '../../harness/index.ts';
import { soon } from '../../harness/soon.ts';
import { type Client, type Listed, pair, signIn } from './conversation.ts';

let q: Running;
let boss: Client;
let viewer: Client;
let reader: TestPerson;

interface Note {
  readonly type: string;
  readonly parentType: string;
  readonly parentName: string | null;
  readonly createdByName: string;
  readonly data: { attributes: { was: Record<string, unknown>; became: Record<string, unknown> } };
}

test.before(async () => {
  q = await start();
  const password = 'correct horse battery';
  boss = await signIn(q, await q.person({ username: 'root', password, superuser: true }));
  reader = await q.person({ username: 'reader', password, rights: { location: ['view', 'add'] } });
  viewer = await signIn(q, reader);
  await q.knex.raw(`
    INSERT INTO building (code) VALUES ('B1');
    INSERT INTO lab (name, building_id) VALUES ('North', 1), ('South', 1);
    INSERT INTO rack (number, lab_id) VALUES (1, 1), (2, 1);`);
});
test.after.always(() => q?.close());

test('§7: a Role says what it opens, entity by entity, and which fields it hides: none', async (t) => {
  const where = [
    { type: 'equals', attribute: 'teamName', value: 'group of reader' },
    { type: 'equals', attribute: 'role', value: 'location' },
  ];
  const { body } = await boss.find<{ data: Record<string, object>; fieldData: object }>('Role', where);
  const [role] = body.list;
  t.deepEqual(Object.keys(role?.data ?? {}), ['Building', 'Lab', 'Rack']);
  t.deepEqual(role?.data.Rack, { create: 'yes', read: 'all', stream: 'all', edit: 'all', delete: 'no' });
  t.deepEqual(role?.fieldData, {});
});

test('§4: User/action/acl answers what somebody may do, to themself and to superusers', async (t) => {
  interface Acl {
    table: Record<string, { read: string; create: string }>;
  }
  const path = `User/action/acl?id=${reader.id}`;
  const own = await viewer.get<Acl>(path);
  t.like(own.body.table.Rack, { create: 'yes', read: 'all' });
  t.like(own.body.table.Host, { create: 'no', read: 'no' });
  t.deepEqual((await boss.get<Acl>(path)).body, own.body);
  t.deepEqual((await viewer.get<{ acl: Acl }>('App/user')).body.acl, own.body);
  t.is((await viewer.get('User/action/acl?id=1')).status, 403);
  t.is((await boss.get('User/action/acl?id=999')).status, 404);
  t.is((await boss.get('User/action/acl')).status, 400);
});

test('§6: a part of Metadata is had by its path', async (t) => {
  const { body } = await viewer.get('Metadata/action/get?key=entityDefs.Rack.links.lab');
  t.deepEqual(body, { type: 'belongsTo', entity: 'Lab' });
  t.is((await viewer.get('Metadata/action/get?key=entityDefs.__proto__.x')).body as unknown, null);
});

test('§6: the stream of a row tells who changed what, in the words of its entity', async (t) => {
  await boss.call('PATCH', 'Rack/1', { labId: '2', comment: 'moved' });
  const { body } = await viewer.get<Listed<Note>>('Rack/1/stream?maxSize=1');
  t.is(body.total, 1);
  t.like(body.list[0], { type: 'Update', parentType: 'Rack', parentName: '1 in B1/South', createdByName: 'root' });
  t.deepEqual(body.list[0]?.data.attributes, {
    was: { labId: '1', comment: null },
    became: { labId: '2', comment: 'moved' },
  });
  t.is((await viewer.get('User/1/stream')).status, 404, 'of rows that one may not view there is none');
  t.is((await q.fetch('/api/v1/Rack/1/stream')).status, 401);
});

test('§6: Stream is what happened to the rows that one follows, as long as one may view them', async (t) => {
  const streamed = async () => (await viewer.get<Listed<Note>>('Stream?offset=0')).body;
  t.is((await streamed()).total, 0);
  await viewer.call('PUT', 'Rack/2/subscription');
  await boss.call('PATCH', 'Rack/2', { comment: 'seen' });
  t.deepEqual(
    (await streamed()).list.map(({ type, parentName }) => [type, parentName]),
    [
      ['Update', '2 in B1/North'],
      ['follow', '2 in B1/North'],
    ],
  );
  const stranger = await q.person({ username: 'stranger', password: reader.password });
  await q.knex('subscriptions').insert({ user_id: stranger.id, resource: 'rack', object_id: 2 });
  const { body } = await (await signIn(q, stranger)).get<Listed<Note>>('Stream');
  t.deepEqual(body, { total: 0, list: [] });
});

test('§4: changeOwnPassword takes the old one, and ends the tokens that were got by it', async (t) => {
  const person = await q.person({ username: 'changer', password: 'an old old password' });
  await q.knex('users').where({ id: person.id }).update({ email: 'c@lab.example', email_verified_at: new Date() });
  const client = await signIn(q, person);
  const change = (password: string, currentPassword: string, by = client) =>
    by.call<boolean>('POST', 'User/action/changeOwnPassword', { password, currentPassword });
  t.is((await change('a brand new password', 'wrong')).status, 403);
  t.is((await change('short', person.password)).status, 400);
  t.is((await change('a brand new password', person.password)).body, true);
  t.is(await soon(401, () => client.get('App/user')), 401);
  t.is((await q.knex('outbox').where({ user_id: person.id, kind: 'account_changed' })).length, 1, 'they are told');
  const again = await q.fetch('/api/v1/App/user', {
    headers: { 'Espo-Authorization': pair('changer', 'a brand new password') },
  });
  t.is(again.status, 200);
  const bound = await q.json('/api/v1/User/action/changeOwnPassword', {
    as: await q.tokenFor(person, { scopes: ['a:superuser'] }),
    json: { password: 'another new password', currentPassword: 'a brand new password' },
  });
  t.is(bound.status, 403, 'a token bound by scopes changes no password');
});

test('§1.3: **logout is refused without being a try to sign in', async (t) => {
  const tries = () => q.knex('audit_entries').where({ action: 'sign_in_refused' }).count().first();
  const before = await tries();
  const response = await q.fetch('/api/v1/', { as: `Basic ${pair('**logout', 'logout')}` });
  t.is(response.status, 401);
  t.deepEqual(await tries(), before);
});

test('Fields that only certain views show are no attributes of entities', async (t) => {
  const [part] = await q.knex('part').insert({ name: 'M3' }).returning('id');
  const { body } = await boss.get(`Part/${part.id}`);
  t.false('metadata' in body);
  t.is((await boss.find('Part', [{ type: 'isNotNull', attribute: 'metadata' }])).status, 400);
  const table = await q.json<{ data: object }>(`/api/resources/parts/${part.id}`, {
    headers: { 'Authorization-Token': boss.authorizationToken },
    as: await q.tokenFor({ id: 1, username: 'root', password: '' }),
  });
  t.false('metadata' in table.body.data);
});
