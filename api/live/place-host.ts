import type { Commands } from '../store/commands.ts';
import type { KnownNic } from './known-nic.ts';
import { labOf, openOf, type Scan } from './scan.ts';

/**
 * Compares where a host stands with the network on which one of its NICs was seen. A host without a place gets one
 * where the lab has a default rack; a host elsewhere than on record is a conflict for people to settle.
 * @returns what came of it, in sentences
 */
export async function placeHost(
  commands: Commands,
  scan: Scan,
  nic: KnownNic,
  ip: string,
  conflict: number | null,
): Promise<string[]> {
  const { host } = nic;
  if (host === null) return [];
  if (nic.rack !== null && nic.in_place !== false) {
    if (nic.in_place && nic.misplaced) await settle(commands, nic, host);
    return [];
  }
  // What was seen under this address before has been told before.
  if (nic.same_ip) return [];
  const lab = await labOf(commands, ip);
  if (nic.rack === null) {
    if (lab === null) return [];
    const rack = await commands.trx('rack').where({ lab_id: lab, number: 0 }).orderBy('id').first('id');
    if (rack) {
      await commands.update('host', host, { rack: rack.id });
      return ['Rack 0 accepted as first location.'];
    }
  }
  return noteMisplaced(commands, scan, host, lab, conflict);
}

/** Seen where it stands: what this NIC told otherwise is settled; what another NIC of the host told is not. */
async function settle(commands: Commands, nic: KnownNic, host: number): Promise<void> {
  const open = await openOf(commands, 'location_scan_conflict', { host_id: host }, 'nsc_id');
  if (!open) return;
  const other = open.nsc_id
    ? await commands.trx('nic_scan_conflict').where({ id: open.nsc_id }).whereNot({ nic_id: nic.id }).first('id')
    : undefined;
  if (!other) await commands.update('location_scan_conflict', open.id, { status: 'resolved' });
}

async function noteMisplaced(
  commands: Commands,
  scan: Scan,
  host: number,
  newlab: number | null,
  nsc: number | null,
): Promise<string[]> {
  const known = await openOf(commands, 'location_scan_conflict', { host_id: host }, 'newlab_id');
  if (known && known.newlab_id === newlab) return ['Location conflict stands.'];
  if (known) await commands.update('location_scan_conflict', known.id, { status: 'super' });
  await commands.create('location_scan_conflict', { scan: scan.id, status: 'new', host, newlab, nsc });
  return ['Location conflict created: it is on the network of another lab.'];
}
