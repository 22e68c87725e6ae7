import test from 'ava';
import { type Running, start, type TestPerson } from '../harness/index.ts';

// The requests that the contract shows, sent as it shows them, and the texts of the answers.
let q: Running;
let as: string;
let root: TestPerson;
test.before(async () => {
  q = await start();
  root = await q.person({ username: 'root', superuser: true });
  as = await q.tokenFor(root);
});
test.after.always(() => q?.close());

const send = async (path: string, body: string | null = null) => {
  const response = await q.fetch(path, {
    as,
    ...(body !== null && { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
  });
  const type = response.headers.get('content-type');
  return { status: response.status, type, text: await response.text(), location: response.headers.get('location') };
};

test.serial('inventory is made link by link, as the import scripts do', async (t) => {
  await q.knex('host_hardware').insert({ name: 'H' });
  const at = (path: string) => `${q.url}/api/inventory/${path}/`;
  const building = await send('/api/inventory/building/', '{"code":"B1"}');
  t.deepEqual(building, {
    status: 201,
    type: 'application/json',
    text: `{"url":"${at('building/1')}","code":"B1","comment":null}`,
    location: at('building/1'),
  });
  const lab = await send(
    '/api/inventory/lab/',
    '{"name":"L","building":"/api/inventory/building/1/","network":"192.168.0.0/24"}',
  );
  t.is(
    lab.text,
    `{"url":"${at('lab/1')}","name":"L","comment":null,"network":"192.168.0.0/24","building":"${at('building/1')}"}`,
  );
  t.is((await send('/api/inventory/rack/', `{"number":0,"lab":"${at('lab/1')}"}`)).status, 201);
  const host = await send(
    '/api/inventory/host/',
    '{"hostname":"h1","hardware":"/api/inventory/hosthardware/1/","rack":"/api/inventory/rack/1/","ip":"10.0.0.1"}',
  );
  t.is(
    host.text,
    `{"url":"${at('host/1')}","hostname":"h1","ip":"10.0.0.1/32","serial_no":null,"asset_no":null,"hypervisor":false,"details":"",` +
      `"lastseen":null,"status":"new","diskvendor":null,"hardware":"${at('hosthardware/1')}","rack":"${at('rack/1')}","vm_host":null,"group":null}`,
  );
  const nic = await send(
    '/api/inventory/nicbyid/',
    '{"mac":"A0-36-9F-AF-12-34","host":1,"ip":"10.1.1.1","primary":true}',
  );
  t.is(
    nic.text,
    '{"id":1,"model":"","mac":"a0:36:9f:af:12:34","integrated":false,"management":false,"ip":"10.1.1.1","primary":true,"lastseen":null,"host":1}',
  );
  const found = await send('/api/inventory/hostbyid/?mac=A0369FAF1234');
  t.is(
    found.text,
    '[{"id":1,"bookable":null,"hostname":"h1","ip":"10.1.1.1/32","serial_no":null,"asset_no":null,"hypervisor":false,"details":"","lastseen":null,' +
      '"status":"new","diskvendor":null,"hardware":1,"rack":1,"vm_host":null,"group":null}]',
  );
  for (const [asked, status] of [
    ['hostname=H1&mac=a0-36-9f-af-12-34', 200],
    ['hostname=h2', 404],
    ['mac=A0369FAF1235', 404],
    ['mac=junk', 400],
  ] as const) {
    t.is((await send(`/api/inventory/hostbyid/1/?${asked}`)).status, status, asked);
  }
});

test.serial('bookables are asked for as the pages do, also without signing in', async (t) => {
  t.is((await send('/api/booking/bookable/', '{"host":1,"status":"active"}')).status, 201);
  const [type] = await q.knex('card_type').insert({ name: 'RAID' }).returning('id');
  await q.knex('card').insert({ cardtype_id: type.id, host_id: 1, details: 'd' });
  const one =
    '{"id":1,"hostname":"h1","ip":"10.1.1.1","hardware":"H","cards":[{"id":1,"cardtype__name":"RAID","details":"d"}],' +
    '"rack":"0 in B1/L","booked":false,"reserved":false,"status":"active","comment":"","host":1}';
  const page = await send('/api/booking/bookable/?active=1&free=1&nores=1&limit=20');
  t.is(
    page.text.replaceAll(' : ', ':').replaceAll(', ', ','),
    `{"count":1,"next":null,"previous":null,"results":[${one}]}`,
  );
  t.is((await q.fetch('/api/booking/bookable/?limit=50&offset=50&active=1&lab=3,4&hw=12,10&mygroup=1')).status, 200);
});

test.serial(
  'bookings are made for somebody, found by number and by owner, and say what is wrong by field',
  async (t) => {
    const owner = (await q.person({ username: 'bob' })).id;
    // The dates of the example, in a year that is still to come.
    const year = new Date().getUTCFullYear() + 1;
    const body = `{"bookable":1,"owner":${owner},"start":"${year}-01-01T00:00:00Z","end":"${year}-01-02T23:59:59Z","comment":"c","import_id":77}`;
    const made = await send('/api/booking/booking/', body);
    t.is(made.status, 201);
    const { timestamp } = JSON.parse(made.text);
    t.is(
      made.text,
      `{"id":1,"start":"${year}-01-01T00:00:00Z","end":"${year}-01-02T23:59:59Z","comment":"c","timestamp":"${timestamp}","mail_start_reminder_sent":false,` +
        `"mail_end_reminder_sent":false,"mail_end_sent":false,"import_id":77,"bookable":1,"owner":${owner}}`,
    );
    t.is((await send('/api/booking/booking/', body)).status, 409);
    const empty = await send('/api/booking/booking/', '{}');
    t.is(empty.status, 400);
    t.deepEqual(Object.keys(JSON.parse(empty.text)), ['start', 'end', 'comment', 'bookable']);
    t.is((await send('/api/booking/booking/?import_id=77')).text, `[${made.text}]`);
    t.is(
      (await send(`/api/booking/booking/?owner=${owner}&limit=1`)).text,
      `{"count":1,"next":null,"previous":null,"results":[${made.text}]}`,
    );
  },
);

test.serial('people and groups are found by name', async (t) => {
  const users = await send('/api/auth/users/?username=Bob');
  const { id } = await q.knex('users').where({ username: 'bob' }).first('id');
  t.is(
    users.text,
    `[{"id":${id},"is_superuser":false,"username":"bob","first_name":"","last_name":"","email":"","is_staff":false,"is_active":true,"groups":[]}]`,
  );
  await q.knex('groups').insert({ name: 'G' });
  const groups = await send('/api/auth/groups/?name=g');
  const group = await q.knex('groups').where({ name: 'G' }).first('id');
  t.is(groups.text, `[{"id":${group.id},"name":"G","permissions":[]}]`);
});

test.serial('a token is taken as Cores’ clients send it, and cron is called without a body', async (t) => {
  const token = await q.tokenFor(root);
  const send = (path: string, method = 'GET') => q.fetch(path, { as: `Token ${token}`, method });
  t.is((await send('/api/auth-test')).status, 200);
  for (const job of ['morningjobs', 'maintenance']) {
    const response = await send(`/api/cron/${job}`, 'POST');
    t.is(response.status, 200);
    t.is(typeof (await response.json()), 'string');
  }
});
