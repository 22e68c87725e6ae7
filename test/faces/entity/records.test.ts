import test from 'ava';
import { type Running, start, type TestPerson } from '../../harness/index.ts';
import { type Client, type Listed, signIn } from './conversation.ts';

let q: Running;
let root: TestPerson;
let boss: Client;
let viewer: Client;

test.before(async () => {
  q = await start();
  root = await q.person({ username: 'root', password: 'correct horse battery', superuser: true });
  const reader = await q.person({
    username: 'reader',
    password: 'correct horse battery',
    rights: { location: ['view'], host: ['view'] },
  });
  boss = await signIn(q, root);
  viewer = await signIn(q, reader);
  await boss.call('POST', 'Building', { code: 'B1', comment: 'first' });
  for (const name of ['North', 'South', 'West']) await boss.call('POST', 'Lab', { name, buildingId: '1' });
  for (const number of [1, 2, 3]) await boss.call('POST', 'Rack', { number, labId: '1' });
  await boss.call('POST', 'HostType', { name: 'server' });
  await boss.call('POST', 'HostHardware', { name: 'R640', hostTypeId: '1' });
  for (const n of [1, 2, 3, 4]) {
    await boss.call('POST', 'Host', {
      hostname: `h${n}`,
      hardwareId: '1',
      rackId: n < 4 ? String(n) : null,
      status: 'active',
    });
  }
});
test.after.always(() => q?.close());

test.serial('§4: create answers 200 with the whole record, ids as texts and names beside them', async (t) => {
  const { status, body } = await boss.call('POST', 'Rack', { number: 9, labId: 1, labName: 'ignored', deleted: true });
  t.is(status, 200);
  t.like(body, { number: 9, labId: '1', labName: 'B1/North', deleted: false, name: '9 in B1/North' });
  t.is(typeof body.id, 'string');
  t.is((await boss.call('DELETE', `Rack/${body.id}`)).body as unknown, true);
  t.is((await boss.get(`Rack/${body.id}`)).status, 404);
});

test.serial('§4: PUT and PATCH both change only what they are given; a change to nothing is 200 too', async (t) => {
  for (const method of ['PUT', 'PATCH']) {
    const { status, body } = await boss.call(method, 'Building/1', { comment: method });
    t.is(status, 200);
    t.like(body, { code: 'B1', comment: method });
    t.is((await boss.call(method, 'Building/1', { comment: method })).status, 200);
    t.is((await boss.call(method, 'Building/1', {})).status, 200);
  }
});

test.serial('§4: an answer may be sent back as it is', async (t) => {
  const { body } = await boss.get('Host/1');
  const again = await boss.call('PUT', 'Host/1', body);
  t.is(again.status, 200);
  t.deepEqual(again.body, body);
});

test.serial('§4: _prev that is no longer so is a conflict that names the key', async (t) => {
  const { body: made } = await boss.call('POST', 'Card', { cardtypeId: null, details: 'x' });
  t.truthy(made);
  const ok = await boss.call('PATCH', 'Lab/2', { comment: 'a', _prev: { comment: null, buildingId: '1' } });
  t.is(ok.status, 200);
  const late = await boss.call('PATCH', 'Lab/2', { comment: 'b', _prev: { comment: null } });
  t.is(late.status, 409);
  t.regex(late.reason ?? '', /comment/);
});

test.serial('§6: errors have status, X-Status-Reason and a JSON body that say the same', async (t) => {
  const missing = await boss.call('POST', 'Rack', { labId: 'x' });
  t.is(missing.status, 400);
  t.regex(missing.reason ?? '', /number: This field is required\..*labId: A whole number is required\./);
  t.deepEqual(missing.body, { message: missing.reason, code: 400 });
  t.is((await boss.get('Rack/999')).status, 404);
  t.is((await boss.get('rack')).status, 404, 'names are case-sensitive');
  t.is((await viewer.call('POST', 'Rack', {})).status, 403);
  t.is((await boss.call('POST', 'User', { emailAddress: 'x@y.example' })).reason, 'userName: This field is required.');
  const odd = await boss.find('Host', [{ type: 'équals\r\nX: y', attribute: 'id' }]);
  t.is(odd.status, 400);
  t.regex(odd.reason ?? '', /%C3%A9quals/);
});

test.serial('§4.1: offset and maxSize page, and total counts all', async (t) => {
  const { body } = await boss.get<Listed>('Host?offset=1&maxSize=2&sortBy=hostname&asc=True');
  t.is(body.total, 4);
  t.deepEqual(
    body.list.map(({ hostname }) => hostname),
    ['h2', 'h3'],
  );
  t.deepEqual((await boss.get('Host?totalOnly=true')).body as unknown, { total: 4 });
  t.deepEqual(Object.keys((await boss.get('Host?collectionOnly=True&maxSize=1')).body), ['list']);
  t.is((await boss.get('Host?maxSize=many')).status, 400);
  t.is((await boss.get<Listed>('Host?maxSize=')).body.list.length, 4);
});

test.serial('§4.1: sortBy with asc, orderBy with order, names of other rows too', async (t) => {
  const names = async (query: string) =>
    (await boss.get<Listed>(`Host?${query}`)).body.list.map(({ hostname }) => hostname);
  t.deepEqual(await names('sortBy=hostname&asc=False'), ['h4', 'h3', 'h2', 'h1']);
  t.deepEqual(await names('orderBy=hostname&order=desc'), ['h4', 'h3', 'h2', 'h1']);
  t.deepEqual(await names('sortBy=rackName&asc=1'), ['h1', 'h2', 'h3', 'h4']);
  t.is((await boss.get('Host?sortBy=nothing')).status, 400);
});

test.serial('§4.1: select keeps what typed clients need, and passes over unknown names', async (t) => {
  const { body } = await boss.get<Listed>('Host?select=serialNo,nonsense,rackId&sortBy=hostname');
  t.deepEqual(Object.keys(body.list[0] ?? {}), ['id', 'deleted', 'name', 'hostname', 'serialNo', 'rackId', 'rackName']);
  const users = await boss.get<Listed>('User?select=id');
  const kept = ['userName', 'lastName', 'emailAddress', 'isPortalUser', 'isActive', 'isAdmin'];
  t.deepEqual(
    kept.filter((key) => !(key in (users.body.list[0] ?? {}))),
    [],
  );
  t.truthy((await boss.get<Listed>('Role?select=id')).body.list[0]?.name);
});

test.serial('§3: moments are UTC without a zone, coming and going', async (t) => {
  const { body } = await boss.call('PUT', 'Host/1', { lastseen: '2026-03-01 12:30:15' });
  t.is(body.lastseen, '2026-03-01 12:30:15');
  t.is(
    (await boss.find('Host', [{ type: 'equals', attribute: 'lastseen', value: '2026-03-01 12:30:15' }])).body.total,
    1,
  );
  const rest = await q.json<{ lastseen: string }>('/api/inventory/hostbyid/1/', { as: await q.tokenFor(root) });
  t.is(rest.body.lastseen, '2026-03-01T12:30:15Z');
});

test.serial('§5: relations are read from both ends, and of a row that is not there nothing is found', async (t) => {
  t.is((await boss.get<Listed>('Lab/1/racks')).body.total, 3);
  t.deepEqual((await boss.get<Listed>('Rack/1/lab?select=name')).body.list, [
    { id: '1', deleted: false, name: 'North' },
  ]);
  t.deepEqual((await boss.get('Lab/999/racks')).body as unknown, { total: 0, list: [] });
  t.is((await boss.get<Listed>('Lab/1/racks?sortBy=number&asc=False&maxSize=1')).body.list[0]?.number, 3);
  t.is((await boss.get('Lab/1/nothing')).status, 404);
});

test.serial('§5: linking and unlinking change the row that holds the reference', async (t) => {
  const racksOf = async (lab: string) =>
    (await boss.get<Listed>(`Lab/${lab}/racks`)).body.list.map(({ id }) => id).sort();
  const link = (method: string, path: string, body?: unknown) => boss.call<boolean>(method, path, body);
  t.is((await link('POST', 'Lab/3/racks', { ids: ['1', '2', '999'] })).body, true);
  t.deepEqual(await racksOf('3'), ['1', '2']);
  t.is((await link('POST', 'Lab/3/racks', { ids: ['999'] })).status, 404);
  t.is((await link('POST', 'Lab/3/racks', {})).status, 400);
  t.is((await link('DELETE', 'Lab/3/racks', { id: '1' })).status, 400, 'a rack can not be without a lab');
  t.is((await link('POST', 'Rack/1/lab', { id: '1' })).body, true);
  t.is(
    (await link('POST', 'Lab/1/racks', { massRelate: true, where: [{ type: 'equals', attribute: 'id', value: '2' }] }))
      .body,
    true,
  );
  t.deepEqual(await racksOf('1'), ['1', '2', '3']);
  t.is((await link('DELETE', 'Host/4/rack?ids=1')).status, 404, 'not linked');
  t.is((await link('POST', 'Host/4/rack', { id: 3 })).body, true);
  t.is((await link('DELETE', 'Host/4/rack?ids=3')).body, true);
  t.is((await boss.get('Host/4')).body.rackId, null);
  t.is((await viewer.call('POST', 'Host/4/rack', { id: 3 })).status, 403);
});

test.serial('§5: teams are linked from people and people from teams, by the rules of any change', async (t) => {
  const { body: team } = await boss.call('POST', 'Team', { name: 'Tinkers' });
  const { body: person } = await boss.call('POST', 'User', { userName: 'tinker', emailAddress: 't@x.example' });
  t.is((await boss.call<boolean>('POST', `Team/${team.id}/users`, { ids: [person.id] })).body, true);
  const { body } = await boss.get(`User/${person.id}`);
  t.deepEqual([body.teamsIds, body.teamsNames], [[team.id], { [String(team.id)]: 'Tinkers' }]);
  t.is((await boss.get<Listed>(`Team/${team.id}/users`)).body.total, 1);
  t.is((await boss.get<Listed>(`User/${person.id}/teams`)).body.total, 1);
  const { body: roles } = await boss.get<Listed>(`Team/${team.id}/roles`);
  t.is(roles.total, 8);
  const raised = await boss.call('PUT', `Role/${roles.list[0]?.id}`, { canChange: true, name: 'ignored' });
  t.like(raised.body, { canView: true, canChange: true, canDelete: false, teamId: team.id, name: 'Tinkers: Admin' });
  t.is((await boss.call('POST', 'Role', { name: 'x' })).status, 405, 'roles come with their team');
  t.is((await boss.call<boolean>('DELETE', `User/${person.id}/teams?ids=${team.id}`)).body, true);
  t.is((await boss.get<Listed>(`Team/${team.id}/users`)).body.total, 0);
  t.is((await viewer.call('POST', `Team/${team.id}/users`, { ids: [person.id] })).status, 403);
});

test.serial('§4.1: primaryFilter=active and boolFilterList[]=onlyMyTeam', async (t) => {
  await q.knex.raw(`
    INSERT INTO groups (id, name) VALUES (801, 'Optics'), (802, 'Others');
    INSERT INTO users (username, is_active) VALUES ('leaver', false), ('colleague', true);
    INSERT INTO user_groups (user_id, group_id) SELECT id, 801 FROM users WHERE username IN ('root', 'leaver', 'colleague');
    INSERT INTO host (hostname, hardware_id, group_id) VALUES ('optical', 1, 801), ('foreign', 1, 802);
  `);
  const names = async (path: string, key: string) =>
    (await boss.get<Listed>(path)).body.list.map((row) => row[key]).sort();
  t.deepEqual(await names('User?boolFilterList[]=onlyMyTeam', 'userName'), ['colleague', 'leaver', 'root']);
  const both = 'User?primaryFilter=active&boolFilterList[]=onlyMyTeam';
  t.deepEqual(await names(both, 'userName'), ['colleague', 'root']);
  t.deepEqual(await names('Host?boolFilterList[]=onlyMyTeam', 'hostname'), ['optical']);
  t.is((await boss.get('Product?primaryFilter=active')).status, 200);
  t.is((await boss.get('Rack?boolFilterList[]=onlyMyTeam')).status, 400);
  await q.knex('host').whereIn('hostname', ['optical', 'foreign']).delete();
});

test.serial('§5: of several ids those are linked that are there, from either end', async (t) => {
  const { body: team } = await boss.call('POST', 'Team', { name: 'Half' });
  const { body: person } = await boss.call('POST', 'User', { userName: 'half', emailAddress: 'h@x.example' });
  t.is((await boss.call<boolean>('POST', `User/${person.id}/teams`, { ids: ['99999', team.id] })).body, true);
  t.is((await boss.get<Listed>(`User/${person.id}/teams`)).body.total, 1);
  t.is((await boss.call<boolean>('POST', `Team/${team.id}/users`, { ids: ['99999', person.id] })).body, true);
  for (const path of [`User/${person.id}/teams`, `Team/${team.id}/users`]) {
    t.true([400, 404].includes((await boss.call('POST', path, { ids: ['99999'] })).status), path);
  }
});

test.serial('somebody who is put into many teams at the same moment is in all of them', async (t) => {
  const { body: person } = await boss.call('POST', 'User', { userName: 'everywhere', emailAddress: 'e@x.example' });
  const teams = await q
    .knex('groups')
    .insert(Array.from({ length: 8 }, (_, n) => ({ name: `Crew ${n}` })))
    .returning('id');
  await Promise.all(teams.map(({ id }) => boss.call('POST', `Team/${id}/users`, { ids: [person.id] })));
  t.is((await boss.get<Listed>(`User/${person.id}/teams`)).body.total, 8);
});

test.serial('§5: relation calls by query, without a body', async (t) => {
  const { status, body } = await boss.call('POST', 'Lab/racks/relation?ids=2&foreignIds=1,2');
  t.is(status, 200);
  t.is(typeof body.message, 'string');
  t.is((await boss.get<Listed>('Lab/2/racks')).body.total, 2);
  await boss.call('POST', 'Lab/racks/relation', {
    where: [{ type: 'equals', attribute: 'name', value: 'North' }],
    foreignWhere: [{ type: 'in', attribute: 'id', value: ['1', '2'] }],
  });
  t.is((await boss.get<Listed>('Lab/2/racks')).body.total, 0);
});

test.serial('§5: following is remembered for each person, and takes only sight of the row', async (t) => {
  const followed = await viewer.call('PUT', 'Host/2/subscription');
  t.is(followed.status, 200);
  t.is(typeof followed.body.message, 'string');
  t.is((await viewer.get('Host/2')).body.isFollowed, true);
  t.is((await boss.get('Host/2')).body.isFollowed, false);
  t.is((await viewer.get<Listed>('Host?boolFilterList[]=onlyFollowed')).body.total, 1);
  t.is((await viewer.call('PUT', 'Host/999/subscription')).status, 404);
  t.is((await viewer.call('PUT', 'User/1/subscription')).status, 404);
  t.deepEqual((await viewer.call('POST', 'Host/action/massFollow', { ids: ['1', '999'] })).body, {
    count: 1,
    ids: ['1'],
  });
  t.is((await viewer.call<boolean>('DELETE', 'Host/2/subscription')).body, true);
  t.is((await viewer.get('Host/2')).body.isFollowed, false);
});

test.serial('§5: massUpdate and massDelete do what can be done, and say to which rows', async (t) => {
  const where = [{ type: 'in', attribute: 'hostname', value: ['h1', 'h2'] }];
  const changed = await boss.call('PUT', 'Host/action/massUpdate', {
    attributes: { details: 'mass' },
    where,
    byWhere: true,
  });
  t.deepEqual(changed.body, { count: 2, ids: ['1', '2'] });
  const some = await boss.call('PUT', 'Host/action/massUpdate', { attributes: { details: 'more' }, ids: ['1', '999'] });
  t.deepEqual(some.body, { count: 1, ids: ['1'] });
  t.is((await boss.call('PUT', 'Host/action/massUpdate', { attributes: {}, ids: ['1'] })).status, 400);
  t.is((await boss.call('PUT', 'Host/action/massUpdate', { attributes: { details: 'x' }, byWhere: true })).status, 400);
  t.is((await boss.call('POST', 'Host/action/massDelete', {})).status, 400, 'nothing named is not everything');
  const made = (await boss.call('POST', 'Building', { code: 'GONE' })).body.id;
  t.deepEqual((await boss.call('POST', 'Building/action/massDelete', { ids: [made] })).body, { count: 1, ids: [made] });
  t.is((await viewer.call('PUT', 'Host/action/massUpdate', { attributes: { details: 'x' }, ids: ['1'] })).status, 403);
});

test.serial('§8: upsert makes, changes and leaves alone, each for itself', async (t) => {
  const send = (...records: object[]) =>
    boss.call<{ status: string; stored: boolean; message?: string; entity?: Record<string, unknown> }[]>(
      'POST',
      'MassActions/action/upsert',
      records,
    );
  const record = { entity: 'User', payload: { userName: 'upserted', lastName: 'One', emailAddress: 'u@x.example' } };
  const { status, body } = await send(
    record,
    record,
    { entity: 'Nonsense', payload: {} },
    { entity: 'Team', payload: { id: '999', name: 'x' } },
  );
  t.is(status, 200);
  t.deepEqual(
    body.map((one) => [one.status, one.stored]),
    [
      ['Created', true],
      ['NotModified', false],
      ['Failed', false],
      ['Failed', false],
    ],
  );
  const { body: again } = await send(
    { entity: 'User', payload: { userName: 'UPSERTED', lastName: 'Two' } },
    { entity: 'Host', payload: {} },
  );
  t.like(again[0], { status: 'Updated', stored: true });
  t.like(again[0]?.entity, { lastName: 'Two', emailAddress: 'u@x.example' });
  t.regex(again[1]?.message ?? '', /hostname: This field is required/);
  const { body: refused } = await viewer.call<{ status: string }[]>('POST', 'MassActions/action/upsert', [record]);
  t.is(refused[0]?.status, 'Failed');
  t.is((await boss.call('POST', 'MassActions/action/upsert', { entity: 'User' })).status, 400);
});

test.serial('§6: Metadata, I18n and Settings come from the declarations; strangers get few settings', async (t) => {
  const { body: metadata } = await boss.get<{
    entityDefs: Record<
      string,
      { fields: Record<string, { type: string; required?: boolean }>; links: Record<string, unknown> }
    >;
  }>('Metadata');
  t.like(metadata.entityDefs.Rack?.fields.number, { type: 'int', required: true });
  t.deepEqual(metadata.entityDefs.Lab?.links.racks, { type: 'hasMany', entity: 'Rack' });
  t.truthy(metadata.entityDefs.Product);
  const { body: words } =
    await boss.get<Record<string, { scopeNames: Record<string, string>; fields: Record<string, string> }>>(
      'I18n?locale=de_DE',
    );
  t.is(words.Global?.scopeNames.Host, 'Host');
  t.is(words.Host?.fields.serialNo, 'Serial no');
  const open = (await (await q.fetch('/api/v1/Settings')).json()) as Record<string, unknown>;
  t.false('authTokenLifetime' in open || 'coreVersion' in open || 'tabList' in open);
  t.true('authTokenLifetime' in (await boss.get('Settings')).body);
  t.is((await q.fetch('/api/v1/Metadata')).status, 401);
});

test.serial('§6: preferences are kept for each person, and are their own', async (t) => {
  const { id } = (await viewer.get<{ user: { id: string } }>('App/user')).body.user;
  const changed = await viewer.call('PUT', `Preferences/${id}`, {
    theme: 'Dark',
    weekStart: 0,
    id: '1',
    password: 'x',
  });
  t.like(changed.body, { id, theme: 'Dark', weekStart: 0, decimalMark: '.' });
  t.false('password' in changed.body);
  t.is((await viewer.get<{ preferences: { theme: string } }>('App/user')).body.preferences.theme, 'Dark');
  t.is((await viewer.call('PUT', `Preferences/${id}`, { weekStart: 9 })).status, 400);
  t.is((await viewer.get(`Preferences/${root.id}`)).status, 403);
  t.is((await boss.get(`Preferences/${id}`)).status, 200);
  t.is((await viewer.call('DELETE', `Preferences/${id}`)).body.theme, '');
});

test.serial('§6: GlobalSearch finds what the caller may view, with the entity of each', async (t) => {
  const { body } = await viewer.get<Listed<{ id: string; name: string; _scope: string }>>(
    'GlobalSearch?q=North&maxSize=5',
  );
  t.true(body.list.some(({ name, _scope }) => _scope === 'Lab' && name === 'B1/North'));
  const { body: none } = await viewer.get<Listed<{ _scope: string }>>('GlobalSearch?q=root');
  t.false(none.list.some(({ _scope }) => _scope === 'User'));
});

test.serial('§6: GlobalSearch leaves the record of sign-ins and tokens to lists of their own', async (t) => {
  const { body: mine } = await boss.get<Listed<{ _scope: string }>>('AuthLogRecord?textFilter=root');
  t.true(mine.total > 0);
  const { body: all } = await boss.get<Listed<{ _scope: string }>>('GlobalSearch?q=root&maxSize=200');
  t.deepEqual([...new Set(all.list.map(({ _scope }) => _scope))].sort(), ['Owner', 'User']);
});

test.serial('Part and category answer to their AtroCore names as well', async (t) => {
  const { body: category } = await boss.call('POST', 'Category', { name: 'Screws' });
  t.is(category.nameDeDe, 'Screws');
  const { body: product } = await boss.call('POST', 'Product', { name: 'M3', categoryId: category.id });
  t.like((await boss.get(`Part/${product.id}`)).body, { name: 'M3', categoryName: 'Screws' });
  t.is((await boss.get<Listed>(`Category/${category.id}/parts`)).body.total, 1);
});
