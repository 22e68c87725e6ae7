import type { Knex } from 'knex';
import type { Row } from '../resources/declaration.ts';
import type { Commands } from '../store/commands.ts';
import { placeHost } from './place-host.ts';
import { close, openOf, type Scan } from './scan.ts';

/** A NIC on record, beside the address it was seen under. */
export interface KnownNic {
  readonly id: number;
  readonly mac: string;
  readonly ip: string | null;
  readonly host: number | null;
  readonly host_status: string | null;
  readonly rack: number | null;
  /** Whether the address is in the network of the lab where the host stands; null when nobody can say. */
  readonly in_place: boolean | null;
  readonly same_ip: boolean;
  readonly later: boolean;
  /** What stands open about it: spares most scans all further questions. */
  readonly was_unknown: boolean;
  readonly was_offline: boolean;
  readonly in_conflict: boolean;
  readonly misplaced: boolean;
}

const open = "status IN ('new', 'ignore')";

/** Finds and locks the NIC of that number or MAC address. */
export async function findNic(
  trx: Knex.Transaction,
  scan: Scan,
  { nic, mac, ip }: { nic: number | null; mac: string | null; ip: string },
): Promise<KnownNic | null> {
  const { rows } = await trx.raw<{ rows: KnownNic[] }>(
    `SELECT n.id, n.mac::text AS mac, host(n.ip) AS ip, n.host_id AS host, h.status AS host_status, h.rack_id AS rack,
            l.network >>= CAST(:ip AS inet) AS in_place,
            n.ip IS NOT DISTINCT FROM CAST(:ip AS inet) AS same_ip,
            coalesce(n.lastseen < CAST(:seen AS timestamptz), true) AS later,
            EXISTS (SELECT FROM unknown_scan_conflict WHERE mac = n.mac AND ${open}) AS was_unknown,
            EXISTS (SELECT FROM offline_host_warning WHERE host_id = n.host_id AND ${open}) AS was_offline,
            EXISTS (SELECT FROM nic_scan_conflict WHERE nic_id = n.id AND ${open}) AS in_conflict,
            EXISTS (SELECT FROM location_scan_conflict WHERE host_id = n.host_id AND ${open}) AS misplaced
     FROM nic AS n
     LEFT JOIN host AS h ON h.id = n.host_id
     LEFT JOIN rack AS r ON r.id = h.rack_id
     LEFT JOIN lab AS l ON l.id = r.lab_id
     WHERE ${nic === null ? 'n.mac = CAST(:key AS macaddr)' : 'n.id = CAST(:key AS bigint)'} FOR NO KEY UPDATE OF n`,
    { key: nic ?? mac, ip, seen: scan.seen } as Record<string, Knex.Value>,
  );
  return rows[0] ?? null;
}

/** Takes down that a NIC was seen. @returns what came of it, in sentences */
export async function noteSeen(commands: Commands, scan: Scan, nic: KnownNic, ip: string): Promise<string> {
  const said: string[] = [];
  if (nic.was_unknown) await close(commands, 'unknown_scan_conflict', { mac: nic.mac }, 'resolved');
  if (nic.was_offline) await close(commands, 'offline_host_warning', { host_id: nic.host as number }, 'super');
  const news: Row = nic.later ? { lastseen: scan.seen } : {};
  let conflict: number | null = null;
  if (nic.same_ip) {
    if (nic.in_conflict) await close(commands, 'nic_scan_conflict', { nic_id: nic.id }, 'resolved');
    said.push('Seen under its address.');
  } else if (nic.ip === null) {
    news.ip = ip;
    said.push('Address accepted as its first.');
  } else {
    const noted = await noteConflict(commands, scan, nic, ip);
    conflict = noted.id;
    said.push(noted.isNew ? 'NIC conflict created: it has another address than on record.' : 'NIC conflict stands.');
  }
  if (Object.keys(news).length > 0) await commands.update('nic', nic.id, news);
  if (news.ip && nic.host_status === 'new') {
    await commands.update('host', nic.host as number, { status: 'active' });
    said.push('Host is active now.');
  }
  said.push(...(await placeHost(commands, scan, nic, ip, conflict)));
  return said.join(' ');
}

/** One conflict a NIC: the same address again changes nothing, another one takes its place. */
async function noteConflict(
  commands: Commands,
  scan: Scan,
  nic: KnownNic,
  ip: string,
): Promise<{ id: number; isNew: boolean }> {
  const { trx } = commands;
  const known = await openOf(
    commands,
    'nic_scan_conflict',
    { nic_id: nic.id },
    trx.raw('newip IS NOT DISTINCT FROM CAST(? AS inet) AS same', [ip]),
  );
  if (known?.same) return { id: known.id, isNew: false };
  if (known) await commands.update('nic_scan_conflict', known.id, { status: 'super' });
  const made = await commands.create('nic_scan_conflict', { scan: scan.id, status: 'new', nic: nic.id, newip: ip });
  return { id: made.id as number, isNew: true };
}
