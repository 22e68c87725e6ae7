import { Conflict } from '../../store/refusals.ts';
import { resource } from '../declaration.ts';
import { address, computed, reference, text } from '../fields.ts';
import { findingActions, refuseUnless } from './actions.ts';
import { conflictStatus, findingTabs } from './status.ts';

export const nicScanConflict = resource('nic_scan_conflict', {
  role: 'host',
  area: 'live',
  table: 'nic_scan_conflict',
  title: ['NIC conflict', 'NIC conflicts'],
  description: 'A NIC that a scan saw under another address than the one on record.',
  fields: {
    status: conflictStatus,
    nic: reference('nic', { readOnly: true }),
    mac: computed(text(), '{nic.mac}::text'),
    ip: computed(address({ nullable: true, help: 'On record.' }), '{nic.ip}'),
    newip: address({ nullable: true, readOnly: true, help: 'Seen.' }),
    hostname: computed(text({ nullable: true }), '{nic.host.hostname}'),
    scan: reference('scan_session', { readOnly: true }),
  },
  label: "{nic.mac}::text || ' at ' || coalesce(host({newip}), 'no address')",
  search: ['nic.mac', 'newip', 'nic.host.hostname'],
  order: ['-id'],
  filters: { host: 'nic.host', lab: 'nic.host.rack.lab' },
  tabs: findingTabs,
  constraints: { nic_scan_conflict_open: { field: 'status', says: 'This NIC has a newer open conflict.' } },
  actions: {
    accept: {
      label: 'Accept the new address',
      async run(change) {
        refuseUnless(change, ['new', 'ignore']);
        const { id, nic, newip } = change.before ?? {};
        if (newip === null) throw new Conflict('No address was seen; there is nothing to accept.');
        await change.update('nic', nic as number, { ip: newip });
        await change.update('nic_scan_conflict', id as number, { status: 'resolved' });
        return undefined;
      },
    },
    ...findingActions('nic_scan_conflict'),
  },
  rest: [{ path: 'live/nicconflict', style: 'ids', offers: ['view', 'delete'] }],
});
