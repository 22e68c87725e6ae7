import type { Commands } from '../store/commands.ts';
import { labOf, openOf, type Scan } from './scan.ts';

/** A MAC address that no NIC on record has. */
interface Stranger {
  readonly mac: string;
  readonly ip: string;
}

/** Notes a MAC address that is not on record. @returns what came of it, in a sentence */
export const noteStranger = (commands: Commands, scan: Scan, stranger: Stranger): Promise<string> =>
  isLocallyAdministered(stranger.mac) ? noteVirtual(commands, scan, stranger) : noteUnknown(commands, scan, stranger);

/** The second bit of the first octet: given by software, so most likely a virtual machine's (IEEE 802). */
const isLocallyAdministered = (mac: string): boolean => (Number.parseInt(mac.slice(0, 2), 16) & 0x02) !== 0;

async function noteVirtual(commands: Commands, { id, seen }: Scan, { mac, ip }: Stranger): Promise<string> {
  const { rows } = await commands.trx.raw<{ rows: { id: number; status: string; moved: boolean; seen: string }[] }>(
    `SELECT id, status, ip <> CAST(:ip AS inet) AS moved, greatest(lastseen, CAST(:seen AS timestamptz))::text AS seen
     FROM virtual_hosts_scan WHERE mac = CAST(:mac AS macaddr) AND status <> 'super' FOR NO KEY UPDATE`,
    { ip, mac, seen },
  );
  const known = rows[0];
  if (!known) {
    const lab = await labOf(commands, ip);
    await commands.create('virtual_hosts_scan', { scan: id, status: 'active', ip, mac, lab, lastseen: seen });
    return 'Virtual host entry created.';
  }
  await commands.update('virtual_hosts_scan', known.id, {
    scan: id,
    lastseen: known.seen,
    // Who ignored it meant it for good.
    ...(known.status !== 'ignore' && { status: 'active' }),
    ...(known.moved && { ip, lab: await labOf(commands, ip) }),
  });
  return 'Virtual host entry refreshed.';
}

async function noteUnknown(commands: Commands, { id, seen }: Scan, { mac, ip }: Stranger): Promise<string> {
  const { trx } = commands;
  const known = await openOf(
    commands,
    'unknown_scan_conflict',
    { mac },
    trx.raw('ip = CAST(? AS inet) AS same', [ip]),
    trx.raw('greatest(lastseen, CAST(? AS timestamptz))::text AS seen', [seen]),
  );
  if (known?.same) {
    await commands.update('unknown_scan_conflict', known.id, { lastseen: known.seen });
    return 'Unknown conflict refreshed.';
  }
  if (known) await commands.update('unknown_scan_conflict', known.id, { status: 'super' });
  const lab = await labOf(commands, ip);
  await commands.create('unknown_scan_conflict', { scan: id, status: 'new', ip, mac, lab, lastseen: seen });
  return known ? 'Unknown conflict created: it has another address than before.' : 'Unknown conflict created.';
}
