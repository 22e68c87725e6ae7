import { Invalid } from '../../store/refusals.ts';
import { type Change, type Row, resource } from '../declaration.ts';
import { computed, reference, text } from '../fields.ts';
import { findingActions, refuseUnless } from './actions.ts';
import { conflictStatus, findingTabs } from './status.ts';

export const locationScanConflict = resource('location_scan_conflict', {
  role: 'host',
  area: 'live',
  table: 'location_scan_conflict',
  title: ['Location conflict', 'Location conflicts'],
  description: 'A host that a scan saw on the network of another lab than the one in which it is on record.',
  fields: {
    status: conflictStatus,
    host: reference('host', { readOnly: true }),
    hostname: computed(text(), '{host.hostname}'),
    rack: computed(text({ nullable: true, help: 'Where it is on record.' }), '{host.rack.$label}'),
    newlab: reference('lab', { nullable: true, readOnly: true, help: 'Whose network it was seen on.' }),
    nsc: reference('nic_scan_conflict', {
      nullable: true,
      readOnly: true,
      help: 'The NIC conflict that came with it.',
    }),
    scan: reference('scan_session', { readOnly: true }),
  },
  label: "{host.hostname} || coalesce(' in ' || {newlab.$label}, ' elsewhere')",
  search: ['host.hostname', 'newlab.name'],
  order: ['-id'],
  filters: { lab: 'host.rack.lab' },
  tabs: findingTabs,
  constraints: { location_scan_conflict_open: { field: 'status', says: 'This host has a newer open conflict.' } },
  actions: {
    accept: {
      label: 'Move the host',
      input: { rack: reference('rack', { nullable: true, help: 'Left out: rack 0 of the lab that was seen.' }) },
      async run(change, input) {
        refuseUnless(change, ['new', 'ignore']);
        await change.update('host', change.before?.host as number, { rack: await rackFor(change, input) });
        await change.update('location_scan_conflict', change.before?.id as number, { status: 'resolved' });
        return undefined;
      },
    },
    ...findingActions('location_scan_conflict'),
  },
  rest: [{ path: 'live/locationconflict', style: 'ids', offers: ['view', 'delete'] }],
});

/** The rack that was named, else the default one of the lab that was seen. */
async function rackFor({ trx, before }: Change, { rack }: Row): Promise<number> {
  const found = rack
    ? await trx('rack').where({ id: rack }).first('id')
    : await trx('rack')
        .where({ lab_id: before?.newlab ?? null, number: 0 })
        .orderBy('id')
        .first('id');
  if (found) return found.id;
  throw new Invalid({ rack: [rack ? 'There is no such rack.' : 'The lab has no rack 0; name the rack.'] });
}
