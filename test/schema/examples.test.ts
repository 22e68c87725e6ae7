import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import type { Knex } from 'knex';
import { resources } from '../../api/resources/index.ts';
import type { OpenApiDocument } from '../../api/schema/openapi.ts';
import { samplesOf } from '../../api/schema/samples.ts';
import { changesBetween } from '../../api/store/changes.ts';
import { lockRow } from '../../api/store/row.ts';
import { runsBy } from '../../shared/transaction.ts';
import { start } from '../harness/index.ts';

// Each create's example is sent to a server that holds nothing but what the examples before it made: they refer to the
// first row of each kind. The spellings of a resource can't both make a host of one name, so each style has a server.
const orders = {
  'with links and InvenTree’s keys': [
    'inventory_building',
    'inventory_lab',
    'inventory_rack',
    'inventory_hosttype',
    'inventory_hosthardware',
    'inventory_hdvendor',
    'inventory_cardtype',
    'user_group',
    'inventory_host',
    'inventory_card',
    'inventory_nic',
    'part_category',
    'part',
    'stock_location',
    'stock',
    'user',
  ],
  'with numbers': [
    'inventory_buildingbyid',
    'inventory_labbyid',
    'inventory_rackbyid',
    'inventory_hosttypebyid',
    'inventory_hosthardwarebyid',
    'inventory_hdvendorbyid',
    'inventory_cardtypebyid',
    'inventory_hostbyid',
    'inventory_cardbyid',
    'inventory_nicbyid',
    'booking_bookable',
    'booking_booking',
    'booking_reservation',
    'auth_groups',
    'auth_users',
  ],
} as const;

for (const [style, names] of Object.entries(orders)) {
  test.serial(`The example of each create can be sent as it stands, ${style}`, async (t) => {
    const q = await start();
    t.teardown(() => q.close());
    const as = await q.tokenFor(await q.person({ username: 'root', superuser: true }));
    const { body: document } = await q.json<OpenApiDocument>('/api/schema/?format=json');
    const creates = new Map(
      Object.entries(document.paths).flatMap(([path, { post }]) => (post ? [[post.operationId, { path, post }]] : [])),
    );
    for (const name of names) {
      const create = creates.get(`${name}_create`);
      if (!create) {
        t.fail(`${name} has no create`);
        continue;
      }
      const json = create.post.requestBody?.content['application/json']?.example;
      const { status, body } = await q.json(create.path, { as, json });
      t.is(status, 201, `${create.path} ${JSON.stringify(json)} answers ${JSON.stringify(body)}`);
      const [made] = [body].flat() as { url?: string; id?: number; pk?: number }[];
      const read = await q.json(made?.url ?? `${create.path}${made?.id ?? made?.pk}/`, { as });
      t.deepEqual(read.body, made, `${create.path} answers what a read answers`);
    }
    await holdsWhatWasMade(t, q.knex);
  });
}

/** What PostgreSQL notes of a new row by itself is what is noted of later changes: old and new values are comparable. */
async function holdsWhatWasMade(t: ExecutionContext, knex: Knex): Promise<void> {
  const entries: AuditEntry[] = await knex('audit_entries').where({ action: 'create' }).select();
  let compared = 0;
  for (const { resource: name, object_id: id, changes } of entries) {
    const resource = resources.find((one) => one.name === name);
    const row = resource && (await knex.transaction((trx) => lockRow(runsBy(trx), resource, Number(id))));
    if (!resource || !row) continue;
    const kept = JSON.parse(JSON.stringify(changesBetween(resource, null, row)));
    // Others that were made after it may have changed it.
    for (const [field, change] of Object.entries(changes)) {
      if (name !== 'host' || field !== 'ip') t.deepEqual(change, kept[field], `${name}.${field}`);
    }
    if (name !== 'host') t.deepEqual(Object.keys(changes).sort(), Object.keys(kept).sort(), name);
    compared++;
  }
  t.true(compared >= 12, `${compared} entries were compared`);
}

interface AuditEntry {
  resource: string;
  object_id: string;
  changes: Record<string, { new: unknown }>;
}

const run = promisify(execFile);

test.serial('The calls in JavaScript and curl run as they stand once TOKEN is set', async (t) => {
  const q = await start();
  t.teardown(() => q.close());
  const env = {
    PATH: process.env.PATH,
    TOKEN: await q.tokenFor(await q.person({ username: 'root', superuser: true })),
  };
  const { body: document } = await q.json<OpenApiDocument>('/api/schema/?format=json');
  const sampleOf = (path: string, method: 'get' | 'post' | 'delete', label: string) => {
    const operation = document.paths[path]?.[method];
    const samples = operation ? samplesOf(q.url, path, method, operation) : [];
    return samples.find((sample) => sample.label === label)?.source ?? '';
  };
  const script = (source: string) => run(process.execPath, ['--input-type=module', '--eval', source], { env });
  const buildings = () => q.knex('building').select('code');

  const made = await script(sampleOf('/api/inventory/building/', 'post', 'JavaScript'));
  t.true(made.stdout.includes('/api/inventory/building/1/'));
  const { stdout } = await script(sampleOf('/api/inventory/building/', 'get', 'JavaScript'));
  t.true(stdout.includes('count: 1'));
  await script(sampleOf('/api/inventory/building/{id}/', 'delete', 'JavaScript'));
  t.is((await buildings()).length, 0);

  const curl = await run('curl', ['--version']).then(
    () => true,
    () => false,
  );
  if (!curl) return t.log('No curl here: its calls are not tried.');
  const shell = (source: string) => run('sh', ['-c', source], { env });
  const answer = await shell(sampleOf('/api/inventory/building/', 'post', 'curl'));
  t.is(JSON.parse(answer.stdout).code, (await buildings())[0].code);
  const listed = await shell(sampleOf('/api/inventory/building/', 'get', 'curl'));
  t.is(JSON.parse(listed.stdout).count, 1);
});
