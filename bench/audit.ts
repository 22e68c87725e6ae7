import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealAuditTrail } from '../shared/audit/seal.ts';
import { readTrail, type TrailFilter } from '../shared/audit/trail.ts';
import { verifyAuditTrail } from '../shared/audit/verify.ts';
import { atConsole, audit } from '../shared/audit.ts';
import { loadConfig } from '../shared/config.ts';
import { closeServices, openServices } from '../shared/services.ts';

// `node bench/audit.ts [entries]`: what an entry costs its write, with and without sealing, and how long a page of the
// trail takes in a short trail and in a long one (ten million unless said).

const [, , wanted = '10000000'] = process.argv;
const many = Number(wanted);
const few = 10_000;
const dataDir = join(tmpdir(), `quartermaster-bench-${process.pid}`);
const services = await openServices(loadConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'error' }), { role: 'bench' });
const { knex, pool, config } = services;

const pages: readonly [name: string, filter: TrailFilter][] = [
  ['all', {}],
  ['of one person', { actorId: 1007 }],
  ['of one action', { action: 'update' }],
  ['of one kind', { resource: 'host' }],
  ['of one thing', { resource: 'host', objectId: '77' }],
  ['from one address', { address: '10.0.0.7' }],
  ['of an action that never was', { action: 'nothing' }],
];

try {
  for (const [name, write] of [
    ['an empty transaction', async () => knex.transaction(async (trx) => void (await trx.raw('SELECT 1')))],
    ['with an entry', () => knex.transaction((trx) => audit(trx, atConsole, entryOf()))],
    ['with an entry, while others are sealed', () => knex.transaction((trx) => audit(trx, atConsole, entryOf()))],
  ] as const) {
    await perSecond(name, write, name.endsWith('sealed'));
  }
  await knex.raw(
    `SELECT make_audit_month((date_trunc('month', now()) - n * interval '1 month')::date) FROM generate_series(0, 2) AS n`,
  );
  await fill(few);
  const short = await times();
  await fill(many - few);
  const long = await times();
  console.log(`\nms a page of 50, the middle of 15     ${few} entries   ${many} entries`);
  for (const [n, [name]] of pages.entries()) {
    console.log(`${name.padEnd(38)}${short[n]!.toFixed(2).padStart(12)}${long[n]!.toFixed(2).padStart(18)}`);
  }
  let began = performance.now();
  let sealed = 0;
  for (let empty = 0; empty < 3 && sealed < 500_000; ) {
    const now = await sealAuditTrail(knex, config.secretKey);
    empty = now === 0 ? empty + 1 : 0;
    sealed += now;
  }
  const spent = () => ((performance.now() - began) / 1000).toFixed(1);
  console.log(`\nsealing ${sealed} entries took ${spent()} s`);
  began = performance.now();
  const { faults, entries } = await verifyAuditTrail(knex, config.secretKey);
  console.log(`verifying ${entries} took ${spent()} s, ${faults.length} faults`);
} finally {
  await closeServices(services);
  await rm(dataDir, { recursive: true, force: true });
}

function entryOf() {
  return {
    action: 'update',
    resource: 'host',
    objectId: Math.ceil(Math.random() * 500),
    changes: { name: { old: 'a', new: 'b' } },
  };
}

/** Eight at a time for three seconds. */
async function perSecond(name: string, write: () => Promise<unknown>, sealing: boolean): Promise<void> {
  const until = performance.now() + 3000;
  let done = 0;
  const sealer = async () => {
    while (sealing && performance.now() < until) await sealAuditTrail(knex, config.secretKey);
  };
  const writer = async () => {
    while (performance.now() < until) {
      await write();
      done += 1;
    }
  };
  await Promise.all([sealer(), ...Array.from({ length: 8 }, writer)]);
  console.log(
    `${Math.round(done / 3)
      .toString()
      .padStart(7)} transactions a second ${name}`,
  );
}

/** Entries as time brings them, over fifty days up to now. */
async function fill(count: number): Promise<void> {
  const batch = 100_000;
  for (let done = 0; done < count; done += batch) {
    await knex.transaction(async (trx) => {
      await trx.raw('SET LOCAL statement_timeout = 0');
      await trx.raw(
        `INSERT INTO audit_entries (at, actor_id, actor, proof, address, action, resource, object_id, changes)
         SELECT now() - (? - n) * (interval '50 days' / ?), 1000 + n % 500, 'p' || n % 500, 'token', ('10.0.0.' || n % 200)::inet,
                (ARRAY['create','update','delete','sign_in'])[1 + n % 4], (ARRAY['host','part','user'])[1 + n % 3], (n % 5000)::text,
                '{"name":{"old":"a","new":"b"}}'
         FROM generate_series(1, ?) AS n`,
        [count - done, count, Math.min(batch, count - done)],
      );
    });
  }
  await knex.raw('ANALYZE audit_entries');
}

/** Milliseconds of each page, from somewhere in the middle on. */
async function times(): Promise<number[]> {
  const cursor = `${(Date.now() - 20 * 86_400_000) * 1000}-1`;
  const taken: number[] = [];
  for (const [, filter] of pages) {
    const each: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      const began = performance.now();
      await readTrail(pool, filter, { limit: 50, cursor: n % 2 ? cursor : null });
      if (n >= 5) each.push(performance.now() - began);
    }
    taken.push(each.sort((a, b) => a - b)[7] ?? 0);
  }
  return taken;
}
