import { resource } from '../declaration.ts';
import { computed, reference, text, timestamp } from '../fields.ts';
import { findingActions, refuseUnless } from './actions.ts';
import { conflictStatus, findingTabs } from './status.ts';

export const offlineHostWarning = resource('offline_host_warning', {
  role: 'host',
  area: 'live',
  table: 'offline_host_warning',
  title: ['Offline host', 'Offline hosts'],
  description: 'An active host that no scan has seen for a while. Maintenance warns; the next sighting takes it back.',
  fields: {
    status: conflictStatus,
    host: reference('host', { readOnly: true }),
    hostname: computed(text(), '{host.hostname}'),
    lastseen: computed(timestamp({ nullable: true }), '{host.lastseen}'),
    timestamp: timestamp({ readOnly: true, help: 'When it was noticed.' }),
  },
  label: "{host.hostname} || ' is offline'",
  search: ['host.hostname'],
  order: ['-timestamp'],
  filters: { lab: 'host.rack.lab' },
  tabs: findingTabs,
  constraints: { offline_host_warning_open: { field: 'status', says: 'This host has a newer open warning.' } },
  actions: {
    accept: {
      label: 'Set the host offline',
      confirm: true,
      async run(change) {
        refuseUnless(change, ['new', 'ignore']);
        await change.update('host', change.before?.host as number, { status: 'offline' });
        await change.update('offline_host_warning', change.before?.id as number, { status: 'resolved' });
        return undefined;
      },
    },
    ...findingActions('offline_host_warning'),
  },
  rest: [{ path: 'live/offline', style: 'ids', offers: ['view', 'delete'] }],
});
