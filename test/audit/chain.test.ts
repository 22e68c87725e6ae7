import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { runMaintenance } from '../../api/jobs/maintenance.ts';
import { dropAuditMonths, makeAuditMonths } from '../../shared/audit/months.ts';
import { sealAuditTrail } from '../../shared/audit/seal.ts';
import { verifyAuditTrail } from '../../shared/audit/verify.ts';
import { atConsole, audit } from '../../shared/audit.ts';
import { ensureSuperuser } from '../../shared/identity/first-superuser.ts';
import { signInWithPassword } from '../../shared/identity/password-sign-in.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshServices } from '../harness/index.ts';

let services: Services;
test.beforeEach(async () => {
  services = await freshServices();
});
test.afterEach.always(() => closeServices(services));

const write = (objectId: number, at?: string) =>
  at
    ? services
        .knex('audit_entries')
        .insert({ actor: 'x', proof: 'console', action: 'a', resource: 'r', object_id: objectId, at })
    : audit(services.knex, atConsole, {
        action: 'create',
        resource: 'thing',
        objectId,
        changes: { name: { new: '«é»' } },
      });
const writeSome = async (count: number) => {
  for (let id = 1; id <= count; id++) await write(id);
};
const verify = (head?: string | null) => verifyAuditTrail(services.knex, services.config.secretKey, head);

/** Passes until all is sealed: transactions of other tests on the same server may be in the way for a while. */
async function seal(): Promise<void> {
  for (let pass = 0; pass < 400; pass++) {
    await sealAuditTrail(services.knex, services.config.secretKey);
    const { rows } = await services.knex.raw(
      'SELECT count(*)::int AS waiting FROM audit_entries WHERE id > (SELECT coalesce(max(to_id), 0) FROM audit_seals)',
    );
    if (rows[0].waiting === 0) return;
    await sleep(25);
  }
  throw new Error('The trail is not sealed after many passes');
}

/** Does what only the owner of the tables can: the refusing trigger is off meanwhile. */
const asOwner = (statement: string) =>
  services.knex.transaction(async (trx) => {
    await trx.raw(
      'ALTER TABLE audit_entries DISABLE TRIGGER append_only; ALTER TABLE audit_seals DISABLE TRIGGER append_only',
    );
    await trx.raw(statement);
    await trx.raw(
      'ALTER TABLE audit_entries ENABLE TRIGGER append_only; ALTER TABLE audit_seals ENABLE TRIGGER append_only',
    );
  });

test.serial('the trail takes entries, and nothing changes or removes them', async (t) => {
  const { knex } = services;
  await writeSome(2);
  await seal();
  const months = await knex.raw(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit_entries'::regclass`,
  );
  const tables = ['audit_entries', ...months.rows.map(({ name }: { name: string }) => name)];
  t.true(tables.length >= 5, 'this month, two more, and the rest');
  for (const table of tables) {
    await t.throwsAsync(() => knex.raw('TRUNCATE ??', [table]), { message: /only added to/ }, table);
  }
  for (const statement of [
    `UPDATE audit_entries SET actor = 'nobody'`,
    'DELETE FROM audit_entries',
    `UPDATE audit_seals SET entries = 0`,
    'DELETE FROM audit_seals',
    'TRUNCATE audit_seals',
  ]) {
    await t.throwsAsync(() => knex.raw(statement), { message: /only added to/ }, statement);
  }
  t.is((await knex('audit_entries')).length, 2);
});

test.serial('a trail that nobody touched verifies, whatever was written at the same time', async (t) => {
  const { knex } = services;
  await Promise.all([
    ...Array.from({ length: 8 }, (_, n) =>
      knex
        .transaction(async (trx) => {
          await audit(trx, atConsole, { action: 'create', resource: 'slow', objectId: n });
          await trx.raw('SELECT pg_sleep(?)', [n * 0.02]);
          if (n === 3) await trx.rollback();
        })
        .catch(() => undefined),
    ),
    ...Array.from({ length: 6 }, () => sealAuditTrail(knex, services.config.secretKey)),
    writeSome(20),
  ]);
  await seal();
  const found = await verify();
  t.deepEqual(found.faults, []);
  t.like(found, { entries: 27, unsealed: 0, cut: false });
  await write(99);
  t.like(await verify(found.head), { faults: [], unsealed: 1 });
});

test.serial('of two transactions that overlap, the one that ends later is sealed as well', async (t) => {
  const { knex } = services;
  const pass = async () => {
    for (let n = 0; n < 3; n++) await sealAuditTrail(knex, services.config.secretKey);
  };
  const earlier = await knex.transaction();
  await earlier.raw('SELECT pg_current_xact_id()');
  const later = await knex.transaction();
  await audit(later, atConsole, { action: 'create', resource: 'slow', objectId: 1 });
  await audit(earlier, atConsole, { action: 'create', resource: 'quick', objectId: 2 });
  await earlier.commit();
  await pass();
  t.like(await verify(), { faults: [], entries: 0, unsealed: 1 });
  await later.commit();
  await seal();
  t.like(await verify(), { faults: [], entries: 2, unsealed: 0 });
});

test.serial('a transaction that takes long keeps later entries waiting, and nobody else', async (t) => {
  const { knex } = services;
  const slow = await knex.transaction();
  await audit(slow, atConsole, { action: 'create', resource: 'slow', objectId: 1 });
  await writeSome(3);
  for (let pass = 0; pass < 3; pass++) await sealAuditTrail(knex, services.config.secretKey);
  t.is((await verify()).unsealed, 3);
  await slow.commit();
  await seal();
  t.like(await verify(), { entries: 4, unsealed: 0, faults: [] });
});

const tampering: [what: string, statement: string, says: RegExp][] = [
  [
    'an entry that was changed',
    `UPDATE audit_entries SET actor = 'somebody else' WHERE object_id = '3'`,
    /entries that were changed/,
  ],
  [
    'an entry whose details were changed',
    `UPDATE audit_entries SET changes = '{}' WHERE object_id = '3'`,
    /entries that were changed/,
  ],
  ['an entry that was taken away', `DELETE FROM audit_entries WHERE object_id = '3'`, /holds 4 entries where 5/],
  [
    'an entry that was slipped in',
    `INSERT INTO audit_entries (id, at, actor, proof, action, resource) SELECT id, at + interval '1 microsecond', 'x', 'x', 'x', 'x' FROM audit_entries WHERE object_id = '3'`,
    /holds 6 entries where 5/,
  ],
  [
    'an entry slipped into a month of its own',
    `INSERT INTO audit_entries (id, at, actor, proof, action, resource) VALUES (2, '2020-01-01', 'x', 'x', 'x', 'x')`,
    /5 entries were sealed, but there are 6/,
  ],
  [
    'a seal that was made up',
    `UPDATE audit_seals SET entries = 4; DELETE FROM audit_entries WHERE object_id = '5'`,
    /a seal that is not ours/,
  ],
];
for (const [what, statement, says] of tampering) {
  test.serial(`verification finds ${what}`, async (t) => {
    await writeSome(5);
    await seal();
    t.deepEqual((await verify()).faults, []);
    await asOwner(statement);
    t.regex((await verify()).faults.join('\n'), says);
  });
}

test.serial('verification finds that the end of the trail was cut off, by a seal kept elsewhere', async (t) => {
  await writeSome(3);
  await seal();
  const first = await verify();
  await writeSome(3);
  await seal();
  const { head } = await verify();
  await asOwner(`DELETE FROM audit_entries WHERE id > (SELECT to_id FROM audit_seals WHERE number = ${first.blocks});
    DELETE FROM audit_seals WHERE number > ${first.blocks}`);
  t.deepEqual((await verify()).faults, [], 'nothing in the database tells');
  t.deepEqual((await verify(first.head)).faults, []);
  t.regex((await verify(head)).faults.join(), /that you know is not in the chain/);
  const others = await verifyAuditTrail(services.knex, 'another key of the same length, long enough', null);
  t.regex(others.faults.join(), /sealed under another SECRET_KEY/);
});

test.serial('old months are dropped whole, once sealed, and the rest verifies from there', async (t) => {
  const { knex } = services;
  const first = await knex.raw(
    `SELECT to_char(now() - interval '3 months', 'YYYY-MM-05') AS old, to_char(now() - interval '2 months', 'YYYY-MM-05') AS newer`,
  );
  const { old, newer } = first.rows[0];
  await write(1, old);
  await write(2, newer);
  await seal();
  t.like(await verify(), { faults: [], entries: 2, begins: old.slice(0, 7) }, 'also before their months are made');
  t.is(await makeAuditMonths(knex), 2, 'entries that found no month get theirs');
  t.deepEqual((await knex.raw('SELECT * FROM audit_entries_rest')).rows, []);
  await write(3);
  await write(4, old);
  t.deepEqual(await dropAuditMonths(knex, 1), [], 'what is not sealed stays');
  await seal();
  const { head } = await verify();
  t.deepEqual(await dropAuditMonths(knex, 2), [{ month: old.slice(0, 7), entries: 2 }]);
  t.deepEqual(await knex('audit_entries').orderBy('id').pluck('object_id'), ['2', '3']);
  await write(5);
  await seal();
  t.like(await verify(head), { faults: [], entries: 3, begins: newer.slice(0, 7), cut: true });
  t.is(await makeAuditMonths(knex), 0);
});

test.serial('the nightly maintenance drops what AUDIT_MONTHS no longer keeps, and says so in the trail', async (t) => {
  const { knex, log, config } = services;
  const { rows } = await knex.raw(`SELECT to_char(now() - interval '3 months', 'YYYY-MM-05') AS old`);
  const { old } = rows[0];
  await write(1, old);
  await makeAuditMonths(knex);
  await seal();
  const run = (auditMonths: number | null) =>
    runMaintenance({ knex, log, config: { ...config, auditMonths }, actor: atConsole });
  t.like(await run(null), { failed: 0, done: { 'months of the audit trail dropped': 0 } });
  t.like(await run(2), { failed: 0, done: { 'months of the audit trail dropped': 1 } });
  const entry = await knex('audit_entries').where({ resource: 'audit_trail' }).first();
  t.like(entry, { actor: 'console', action: 'drop', object_id: old.slice(0, 7), changes: { entries: { old: 1 } } });
  await seal();
  t.like(await verify(), { faults: [], cut: true });
});

test.serial('services run as a role that owns nothing, and it can take nothing away', async (t) => {
  const { knex } = services;
  const role = `serves_${process.pid}`;
  await knex.raw(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
  await knex.raw('SELECT let_role_serve(?)', [role]);
  const address = new URL(services.config.databaseUrl);
  address.username = role;
  address.password = 'x';
  const own = services;
  try {
    services = await freshServices({ databaseUrl: address.href, adminPassword: 'correct horse battery' });
    const as = services.knex;
    await ensureSuperuser(services);
    const tried = { username: 'admin', password: 'correct horse battery', address: null };
    t.truthy((await signInWithPassword(services, tried)).person);
    t.is(await makeAuditMonths(as), 0);
    await write(1, '2020-01-01');
    t.is(await makeAuditMonths(as), 1);
    await seal();
    t.like(await verify(), { faults: [], unsealed: 0 });
    for (const statement of [
      'DELETE FROM audit_entries',
      `UPDATE audit_entries SET actor = ''`,
      'DELETE FROM audit_entries_rest',
      'DELETE FROM audit_entries_2020_01',
      'ALTER TABLE audit_entries DISABLE TRIGGER ALL',
      'DROP TABLE audit_entries_rest',
      'DELETE FROM audit_seals',
      'TRUNCATE audit_seals',
      `SELECT drop_audit_months('2030-01-01')`,
    ]) {
      await t.throwsAsync(() => as.raw(statement), { message: /permission denied|must be owner/ }, statement);
    }
  } finally {
    if (services !== own) await closeServices(services);
    services = own;
    await knex.raw(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});
