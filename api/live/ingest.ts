import type { Knex } from 'knex';
import type { Principal } from '../../shared/access/principal.ts';
import { audit } from '../../shared/audit.ts';
import { resourceNamed } from '../resources/index.ts';
import { type Commands, inOneTransaction } from '../store/commands.ts';
import { refusalOf } from '../store/database-refusals.ts';
import { Conflict, Invalid, Refusal } from '../store/refusals.ts';
import { findNic, noteSeen } from './known-nic.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { type Report, readSighting, type Sighting } from './report.ts';
import type { Scan } from './scan.ts';
import { noteStranger } from './strangers.ts';

/** What came of one result. */
export type Entry = { readonly nic: Sighting['label'] } & ({ readonly success: string } | { readonly error: string });

/** Reports come one at a time: two that see the same thing must not both note it. */
const ingestLock = 0x51_4d_03;

/** What was handled already: a thing that a report names twice counts once. */
interface Handled {
  readonly nics: Set<number>;
  readonly macs: Set<string>;
}

/**
 * Takes in what an agent saw, all within one transaction, each result within a savepoint of its own: one that can't be
 * taken changes nothing about the others.
 * @returns one entry a result, in their order; null when this agent's report of this moment is in already
 */
export const ingest = (knex: Knex, principal: Principal, report: Report): Promise<Entry[] | null> =>
  oneAtATime(knex, () => takeIn(knex, principal, report));

const takeIn = (knex: Knex, principal: Principal, report: Report): Promise<Entry[] | null> =>
  inOneTransaction(knex, { principal, routine: new Set(['lastseen', 'scan']) }, async (commands) => {
    const { trx } = commands;
    await trx.raw('SELECT pg_advisory_xact_lock(?)', [ingestLock]);
    const scan = await openScan(trx, report);
    if (!scan) return null;
    const handled: Handled = { nics: new Set(), macs: new Set() };
    const entries: Entry[] = [];
    for (const raw of report.results) {
      const sighting = readSighting(raw);
      if ('error' in sighting) entries.push({ nic: sighting.label, error: sighting.error });
      else entries.push(await take(commands, scan, sighting, handled));
    }
    await trx('scan_session')
      .where({ id: scan.id })
      .update({ processed: true, result: JSON.stringify(entries) });
    await audit(trx, principal, {
      action: 'ingest',
      resource: 'scan_session',
      objectId: scan.id,
      changes: {
        agent_identifier: { new: report.agent },
        results: { new: entries.length },
        refused: { new: entries.filter((entry) => 'error' in entry).length },
      },
    });
    return entries;
  });

async function openScan(trx: Knex.Transaction, { agent, timestamp, results }: Report): Promise<Scan | null> {
  const { rows } = await trx.raw<{ rows: Scan[] }>(
    `INSERT INTO scan_session (agent_identifier, timestamp, raw_data)
     VALUES (?, coalesce(CAST(? AS timestamptz), now()), ?) ON CONFLICT DO NOTHING
     RETURNING id, least(timestamp, now())::text AS seen`,
    [agent, timestamp as string, JSON.stringify(results)],
  );
  return rows[0] ?? null;
}

async function take(commands: Commands, scan: Scan, sighting: Sighting, handled: Handled): Promise<Entry> {
  const nic = sighting.label;
  for (const last of [false, true]) {
    try {
      return { nic, ...(await commands.attempt((inner) => note(inner, scan, sighting, handled))) };
    } catch (error) {
      const refusal = error instanceof Refusal ? error : refusalOf(error, resourceNamed('nic'), false);
      if (!refusal) throw error;
      // Somebody else was at the same rows; the second time they are done.
      if (last || !(refusal instanceof Conflict)) return { nic, error: inWords(refusal) };
    }
  }
  return { nic, error: 'This could not be taken in.' };
}

async function note(
  commands: Commands,
  scan: Scan,
  { nic: number, mac, ip }: Sighting,
  handled: Handled,
): Promise<{ success: string } | { error: string }> {
  if (mac !== null && handled.macs.has(mac)) return { error: 'This MAC address was reported before, in this report.' };
  const nic = await findNic(commands.trx, scan, { nic: number, mac, ip });
  if (!nic && mac === null) return { error: 'There is no NIC of this number.' };
  const address = nic?.mac ?? (mac as string);
  if (nic && handled.nics.has(nic.id)) return { error: 'This NIC was reported before, in this report.' };
  if (await commands.trx('ignored_mac').where({ mac: address }).first('id')) {
    return { error: 'This MAC address is ignored.' };
  }
  const success = nic
    ? await noteSeen(commands, scan, nic, ip)
    : await noteStranger(commands, scan, { mac: address, ip });
  handled.macs.add(address);
  if (nic) handled.nics.add(nic.id);
  return { success };
}

const inWords = (refusal: Refusal): string =>
  refusal instanceof Invalid ? Object.values(refusal.fields).flat().join(' ') : refusal.message;
