import { Conflict, Invalid } from '../../store/refusals.ts';
import { type Change, type Row, resource } from '../declaration.ts';
import { address, boolean, computed, mac, reference, text, timestamp } from '../fields.ts';
import { findingActions, refuseUnless } from './actions.ts';
import { conflictStatus, findingTabs } from './status.ts';

export const unknownScanConflict = resource('unknown_scan_conflict', {
  role: 'host',
  area: 'live',
  table: 'unknown_scan_conflict',
  title: ['Unknown device', 'Unknown devices'],
  description: 'A MAC address that a scan saw and that no NIC on record has.',
  fields: {
    status: conflictStatus,
    ip: address({ readOnly: true }),
    mac: mac({ readOnly: true }),
    vendor: computed(
      text({ help: 'Whom the IEEE gave the beginning of the address to; unknown until a register was imported.' }),
      'mac_vendor_of({mac})',
    ),
    lab: reference('lab', { nullable: true, readOnly: true, help: 'Whose network it was seen on.' }),
    lastseen: timestamp({ readOnly: true }),
    scan: reference('scan_session', { readOnly: true }),
  },
  label: "{mac}::text || ' at ' || host({ip})",
  search: ['mac', 'ip', 'lab.name'],
  order: ['-lastseen'],
  filters: {
    building: 'lab.building',
    network: { sql: '{ip} <<= {value}', type: 'network', help: 'Address within this network.' },
    seen_after: { path: 'lastseen', match: 'gte' },
    seen_before: { path: 'lastseen', match: 'lt' },
  },
  tabs: findingTabs,
  constraints: { unknown_scan_conflict_open: { field: 'status', says: 'This MAC address has a newer open entry.' } },
  actions: {
    accept: {
      label: 'Add as a NIC',
      permission: 'add',
      input: {
        host: reference('host', { help: 'The host that it belongs to.' }),
        primary: boolean({ default: false, help: 'It is the primary NIC of that host.' }),
        integrated: boolean({ default: false }),
        management: boolean({ default: false }),
        model: text({ maxLength: 30, blank: true, default: '' }),
      },
      async run(change, input) {
        refuseUnless(change, ['new', 'ignore']);
        await refuseUnsound(change, input);
        const { id, mac, ip, lastseen } = change.before ?? {};
        await change.create('nic', { ...input, mac, ip, lastseen });
        await change.update('unknown_scan_conflict', id as number, { status: 'resolved' });
        return undefined;
      },
    },
    ...findingActions('unknown_scan_conflict'),
  },
  rest: [{ path: 'live/unknown', style: 'ids', offers: ['view', 'delete'] }],
});

async function refuseUnsound({ trx, before }: Change, input: Row): Promise<void> {
  const host = await trx('host').where({ id: input.host }).forUpdate().first('id');
  if (!host) throw new Invalid({ host: ['There is no such host.'] });
  if (input.primary && (await trx('nic').where({ host_id: input.host, primary: true }).first('id'))) {
    throw new Invalid({ primary: ['This host has a primary NIC already.'] });
  }
  if (await trx('nic').where({ mac: before?.mac }).first('id')) {
    throw new Conflict('A NIC with this MAC address is on record already.');
  }
}
