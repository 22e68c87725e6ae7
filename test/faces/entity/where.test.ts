import test from 'ava';
import { stringify } from 'qs';
import { type Running, start } from '../../harness/index.ts';
import { type Client, type Listed, signIn } from './conversation.ts';

let q: Running;
let boss: Client;
let host: Client;

test.before(async () => {
  q = await start();
  const password = 'correct horse battery';
  boss = await signIn(q, await q.person({ username: 'root', password, superuser: true, email: 'root@lab.example' }));
  host = await signIn(q, await q.person({ username: "o'brien", password, rights: { host: ['view'] } }));
  await q.knex.raw(`
    INSERT INTO building (code) VALUES ('B1');
    INSERT INTO lab (name, building_id) VALUES ('North', 1), ('South', 1);
    INSERT INTO rack (number, lab_id, comment) VALUES (1, 1, 'left'), (2, 1, NULL), (3, 2, 'right');
    INSERT INTO host_type (name) VALUES ('server');
    INSERT INTO host_hardware (name, host_type_id) VALUES ('R640', 1);
    INSERT INTO host (hostname, hardware_id, rack_id, lastseen, hypervisor, serial_no)
      VALUES ('alpha', 1, 1, now() - interval '1 hour', true, 'S1'), ('beta', 1, 2, now() - interval '3 days', false, NULL),
             ('gamma_1', 1, 3, now() - interval '400 days', false, ''), ('delta%', 1, NULL, NULL, false, 'S"1''');
    INSERT INTO nic (mac, "primary", host_id) VALUES ('02:00:00:00:00:01', true, 1), ('02:00:00:00:00:02', true, 2);
    INSERT INTO part (name, tags, ipn) VALUES ('tagged', '{red,blue}', 'P1'), ('plain', '{}', 'P2');`);
});
test.after.always(() => q?.close());

const hosts = async (where: unknown, client = boss) => {
  const { status, body, reason } = await client.find<{ hostname: string }>('Host', where);
  return status === 200
    ? body.list
        .map(({ hostname }) => hostname.replace(/\W|_\d/g, ''))
        .sort()
        .join(' ')
    : `${status} ${reason}`;
};
const is = (type: string, attribute: string, value?: unknown, more: object = {}) => [
  { type, attribute, value, ...more },
];

test('§4.2: comparisons', async (t) => {
  t.is(await hosts(is('equals', 'hostname', 'alpha')), 'alpha');
  t.is(
    await hosts([{ type: 'equals', field: 'hostname', value: 'alpha' }]),
    'alpha',
    'field is an old word for attribute',
  );
  t.is(await hosts(is('notEquals', 'hostname', 'alpha')), 'beta delta gamma');
  t.is(await hosts(is('in', 'id', ['1', 2])), 'alpha beta');
  t.is(await hosts(is('in', 'id', [])), '');
  t.is(await hosts(is('notIn', 'id', ['1', 2])), 'delta gamma');
  t.is(await hosts(is('greaterThan', 'hostname', 'beta')), 'delta gamma');
  t.is(await hosts(is('between', 'hostname', ['alpha', 'beta'])), 'alpha beta');
  t.is(await hosts(is('equals', 'rackId', null)), 'delta');
  t.is(await hosts(is('isTrue', 'hypervisor')), 'alpha');
  t.is(await hosts(is('isFalse', 'hypervisor')), 'beta delta gamma');
  t.is(await hosts(is('equals', 'hypervisor', 'True')), 'alpha');
});

test('§4.2: texts, of which like alone takes patterns', async (t) => {
  t.is(await hosts(is('like', 'hostname', '%et%')), 'beta');
  t.is(await hosts(is('notLike', 'hostname', '%a')), 'delta gamma');
  t.is(await hosts(is('contains', 'hostname', '_')), 'gamma');
  t.is(await hosts(is('contains', 'hostname', '%')), 'delta');
  t.is(await hosts(is('startsWith', 'hostname', 'GA')), 'gamma');
  t.is(await hosts(is('endsWith', 'hostname', 'a')), 'alpha beta');
  t.is(await hosts(is('notContains', 'serialNo', 'S')), 'beta gamma');
  t.regex(await hosts(is('contains', 'lastseen', '2')), /^400 /);
  t.regex(await hosts(is('like', 'hostname', 'x\\')), /^400 /);
});

test('§4.2: nothing, empty, and their opposites', async (t) => {
  t.is(await hosts(is('isNull', 'serialNo')), 'beta');
  t.is(await hosts(is('isEmpty', 'serialNo')), 'beta gamma');
  t.is(await hosts(is('isNotEmpty', 'serialNo')), 'alpha delta');
  t.is(await hosts(is('ever', 'lastseen')), 'alpha beta gamma');
});

test('§4.2: groups within groups', async (t) => {
  const either = [...is('equals', 'hostname', 'alpha'), ...is('equals', 'hostname', 'beta')];
  t.is(await hosts([{ type: 'or', value: either }]), 'alpha beta');
  t.is(await hosts([{ type: 'not', value: [{ type: 'or', value: either }] }]), 'delta gamma');
  t.is(await hosts([{ type: 'and', value: either }]), '');
});

test('§4.2: stretches of time that move with the clock', async (t) => {
  t.is(await hosts(is('past', 'lastseen')), 'alpha beta gamma');
  t.is(await hosts(is('future', 'lastseen')), '');
  t.is(await hosts(is('lastSevenDays', 'lastseen')), 'alpha beta');
  t.is(await hosts(is('lastXDays', 'lastseen', 1)), 'alpha');
  t.is(await hosts(is('olderThanXDays', 'lastseen', '30')), 'gamma');
  t.is(await hosts(is('afterXDays', 'lastseen', 1)), '');
  t.is(
    await hosts([
      { type: 'or', value: [...is('currentYear', 'lastseen'), ...is('lastYear', 'lastseen')] },
      ...is('olderThanXDays', 'lastseen', 800),
    ]),
    '',
  );
  for (const type of ['today', 'currentMonth', 'lastMonth', 'nextMonth', 'currentQuarter', 'lastQuarter']) {
    t.notRegex(await hosts(is(type, 'lastseen', undefined, { timeZone: 'Asia/Tokyo' })), /^\d/, type);
  }
  t.regex(await hosts(is('today', 'lastseen', undefined, { timeZone: "Mars'; --" })), /^400 /);
  t.regex(await hosts(is('today', 'hostname')), /^400 /);
  t.regex(await hosts(is('lastXDays', 'lastseen', 'many')), /^400 /);
});

test('§4.2: links, from either end and through them', async (t) => {
  t.is(await hosts(is('linkedWith', 'rack', ['1', '3'])), 'alpha gamma');
  t.is(await hosts(is('notLinkedWith', 'rack', ['1', '3'])), 'beta delta');
  t.is(await hosts(is('isLinked', 'nics')), 'alpha beta');
  t.is(await hosts(is('isNotLinked', 'rack')), 'delta');
  t.is(await hosts(is('linkedWith', 'nics', ['2'])), 'beta');
  const labs = is('equals', 'name', 'North');
  t.is(
    await hosts([
      { type: 'linkedWith', attribute: 'rack', subQuery: [{ type: 'linkedWith', attribute: 'lab', subQuery: labs }] },
    ]),
    'alpha beta',
  );
  t.is(await hosts(is('equals', 'rack.lab.name', 'South')), 'gamma');
  t.is(await hosts(is('contains', 'rackName', 'north')), 'alpha beta');
  t.is(await hosts(is('equals', 'rackName', '3 in B1/South')), 'gamma');
  t.is(await hosts(is('in', 'rackName', ['1 in B1/North', 'none'])), 'alpha');
  t.is(await hosts(is('greaterThan', 'rackName', '2')), 'beta gamma');
  t.is(await hosts(is('isNull', 'rackName')), 'delta');
  t.is(await hosts(is('startsWith', 'nics.mac', '02:')), 'alpha beta');
  t.regex(await hosts(is('columnLike', 'rack', 'x')), /^400 .*columns/);
});

test('§4.2: lists within a field', async (t) => {
  const parts = async (where: unknown) =>
    (await boss.find<{ name: string }>('Product', where)).body.list.map(({ name }) => name).join(' ');
  t.is(await parts(is('arrayAnyOf', 'tags', ['red', 'green'])), 'tagged');
  t.is(await parts(is('arrayNoneOf', 'tags', ['red'])), 'plain');
  t.is(await parts(is('arrayIsEmpty', 'tags')), 'plain');
  t.is(await parts(is('arrayIsNotEmpty', 'tags')), 'tagged');
});

test('§4.2: filters by name, in where and beside it', async (t) => {
  t.is(await hosts([{ type: 'primary', value: 'retired' }]), '');
  t.is(await hosts([{ type: 'bool', value: ['all'] }]), 'alpha beta delta gamma');
  t.is(await hosts([{ type: 'textFilter', value: 'alpha' }]), 'alpha');
  t.is((await boss.get<Listed>('Host?primaryFilter=retired')).body.total, 0);
  t.is((await boss.get<Listed>('Host?q=alpha')).body.total, 1);
  t.regex(await hosts([{ type: 'primary', value: 'nonsense' }]), /^400 /);
});

test('§4.2: brackets, JSON, JSON in texts and Python literals mean the same', async (t) => {
  const where = [
    {
      type: 'or',
      value: [
        { attribute: 'hostname', type: 'equals', value: 'alpha' },
        { attribute: 'serialNo', type: 'equals', value: `S"1'` },
      ],
    },
    { type: 'notEquals', attribute: 'hypervisor', value: false },
  ];
  const total = async (query: string) => {
    const { status, body, reason } = await boss.get<Listed>(`Host?${query}`);
    return status === 200 ? body.total : reason;
  };
  t.is(await total(`where=${encodeURIComponent(JSON.stringify(where))}`), 1);
  t.is(await total(stringify({ where })), 1);
  t.is(await total(`where=${encodeURIComponent(JSON.stringify(where.map((item) => JSON.stringify(item))))}`), 1);
  t.is(await total(stringify({ where: where.map((item) => JSON.stringify(item)) })), 1);
  const quoted = where.map((item) => JSON.stringify(JSON.stringify(item, null, 1)));
  t.is(await total(stringify({ where: quoted })), 1);
  t.is(await total(`where=${encodeURIComponent(quoted.join(','))}`), 1);
  const python = `{'type': 'or', 'value': [{'attribute': 'hostname', 'type': 'equals', 'value': 'alpha'}, {'attribute': 'serialNo', 'type': 'equals', 'value': 'S"1\\''}]},{'type': 'notEquals', 'attribute': 'hypervisor', 'value': False}`;
  t.is(await total(`where=${encodeURIComponent(python)}`), 1);
  const bare = `{'type': 'equals', 'attribute': 'userName', 'value': "o'brien"},{'type': 'isNotNull', 'attribute': 'id', 'value': None}`;
  t.is((await boss.get<Listed>(`User?where=${encodeURIComponent(bare)}`)).body.total, 1);
  const many = Array.from({ length: 300 }, (_, n) => n + 1);
  t.is(await total(stringify({ where: [{ type: 'in', attribute: 'id', value: many }] })), 4);
});

test('§9: what is not understood is 400, never passed over and never 500', async (t) => {
  const deep = Array.from({ length: 60 }).reduce<object>((value) => ({ type: 'and', value: [value] }), {
    type: 'isNull',
    attribute: 'id',
  });
  const odd = [
    is('nonsense', 'hostname', 'x'),
    is('equals', 'nonsense', 'x'),
    is('constructor', 'hostname', 'x'),
    is('__proto__', 'hostname', 'x'),
    is('equals', 'id', 'abc'),
    is('equals', 'id', '99999999999'),
    is('equals', 'hostname', { a: 1 }),
    is('between', 'id', [1]),
    is('isTrue', 'hostname'),
    is('arrayAnyOf', 'hostname', ['x']),
    is('equals', 'hostname', 'a\0b'),
    is('like', 'hostname', 'a\0'),
    is('equals', 'hostname.x', 'x'),
    is('equals', 'rack.nothing', 'x'),
    is('greaterThan', 'hypervisor', true),
    [deep],
    ['x'],
    [[]],
    [5],
    'x',
    5,
    [{ type: 'equals' }],
    [{ attribute: 'id' }],
    is('linkedWith', 'rack', ['x']),
    is('equals', 'lastseen', 'yesterday'),
  ];
  for (const where of odd) t.regex(await hosts(where), /^400 /, JSON.stringify(where).slice(0, 100));
  for (const where of [
    "{'a':",
    "{'type': open('x')}",
    '[',
    '{"a"',
    '{1: 2}',
    "'\\uZZZZ'",
    '(((((',
    '__import__("os")',
  ]) {
    t.is((await boss.get(`Host?where=${encodeURIComponent(where)}`)).status, 400, where);
  }
  const many = Array.from({ length: 600 }, () => ({ type: 'isNull', attribute: 'id' }));
  const mass = { attributes: { details: 'x' }, byWhere: true, where: many };
  t.is((await boss.call('PUT', 'Host/action/massUpdate', mass)).status, 400);
  const nested = `where${'[value][0]'.repeat(40)}[type]=and`;
  t.is((await boss.get(`Host?${nested}`)).status, 400);
  t.is((await boss.get('Host?where=%00')).status, 400);
});

test('No where, select or sortBy reads a column that the caller can not see', async (t) => {
  const secrets = [
    'password',
    'passwordChangedAt',
    'password_changed_at',
    'is_service',
    'isService',
    'secretHash',
    'hash',
    'token',
    'id; DROP TABLE users',
    'user.password',
    'owner',
    'ownerId',
    'ctid',
    'tableoid',
    '$label',
    '$own',
  ];
  for (const entity of ['User', 'Host', 'AuthToken', 'Team']) {
    for (const attribute of secrets) {
      if (entity === 'AuthToken' && attribute === 'user.password') continue;
      const { status } = await boss.find(entity, is('isNotNull', attribute));
      t.is(status, 400, `${entity} where ${attribute}`);
      t.is(
        (await boss.get(`${entity}?sortBy=${encodeURIComponent(attribute)}`)).status,
        400,
        `${entity} sorted by ${attribute}`,
      );
      const { body } = await boss.get<Listed>(`${entity}?select=${encodeURIComponent(attribute)}`);
      t.false(
        body.list.some((row) => attribute in row),
        `${entity} selects ${attribute}`,
      );
    }
  }
  t.is((await boss.find('AuthToken', is('isNotNull', 'user.password'))).status, 400);
});

test('Nothing is learnt of rows that the caller may not view, by names, links or paths', async (t) => {
  // They may view hosts, but neither racks nor people.
  const denied = [
    is('contains', 'rackName', 'north'),
    is('equals', 'rack.comment', 'left'),
    is('equals', 'rack.lab.name', 'North'),
    is('isNull', 'rackName'),
    [{ type: 'linkedWith', attribute: 'rack', subQuery: is('equals', 'number', 1) }],
    [{ type: 'not', value: is('equals', 'rack.number', 1) }],
    [{ type: 'or', value: [...is('isNotNull', 'id'), ...is('equals', 'rack.number', 1)] }],
  ];
  for (const where of denied) t.regex(await hosts(where, host), /^403 /, JSON.stringify(where));
  const { body } = await host.get<Listed>('Host?sortBy=rackName&where[0][type]=isNotNull&where[0][attribute]=rackId');
  t.true(body.list.every(({ rackId, rackName }) => typeof rackId === 'string' && rackName === null));
  t.is((await host.get('Host/1/rack')).status, 403);
  t.is((await host.get('Rack')).status, 403);
  t.is(await hosts(is('linkedWith', 'rack', ['1']), host), 'alpha', 'ids stand in the row itself');
});

test('Object rules hold within paths: others are not found through what is theirs', async (t) => {
  // Everybody may read themself, and the groups they belong to.
  const [group] = await q.knex('groups').where({ name: "group of o'brien" });
  await q.knex.raw(`UPDATE host SET group_id = ${group.id} WHERE id = 1`);
  const [other] = await q.knex('groups').insert({ name: 'strangers' }).returning('id');
  await q.knex.raw(`UPDATE host SET group_id = ${other.id} WHERE id = 2`);
  t.is(await hosts(is('isNotNull', 'group.name'), host), 'alpha');
  t.is(await hosts(is('like', 'groupName', '%'), host), 'alpha');
  const { body } = await host.get<Listed>('Host?select=groupName&sortBy=hostname');
  t.deepEqual(
    body.list.map(({ groupName }) => groupName),
    ["group of o'brien", null, null, null],
  );
  t.is((await host.find('User', is('isNotNull', 'id'))).body.total, 1, 'only themself');
  t.is(
    (
      await host.find('User', [
        { type: 'or', value: [...is('isNotNull', 'id'), { type: 'not', value: is('isNull', 'id') }] },
      ])
    ).body.total,
    1,
  );
  t.is((await host.find('Team', is('contains', 'users.userName', 'root'))).body.total, 0);
});
