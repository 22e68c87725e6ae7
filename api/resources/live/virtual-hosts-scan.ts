import { resource } from '../declaration.ts';
import { address, choice, mac, reference, timestamp } from '../fields.ts';
import { statusAction } from './actions.ts';

export const virtualHostsScan = resource('virtual_hosts_scan', {
  role: 'host',
  area: 'live',
  table: 'virtual_hosts_scan',
  title: ['Virtual host', 'Virtual hosts'],
  description: 'A locally administered MAC address that scans saw: a virtual machine, most of the time.',
  fields: {
    status: choice(
      { active: 'Active', old: 'Not seen lately', ignore: 'Ignored', super: 'Superseded' },
      { default: 'active', readOnly: true },
    ),
    ip: address({ readOnly: true }),
    mac: mac({ readOnly: true }),
    lab: reference('lab', { nullable: true, readOnly: true, help: 'Whose network it was seen on.' }),
    lastseen: timestamp({ readOnly: true }),
    scan: reference('scan_session', { nullable: true, readOnly: true, help: 'Which saw it last.' }),
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
  tabs: {
    active: { label: 'Active', sql: "{status} = 'active'" },
    old: { label: 'Not seen lately', sql: "{status} = 'old'" },
    ignored: { label: 'Ignored', sql: "{status} = 'ignore'" },
    all: { label: 'All', sql: 'true' },
  },
  constraints: { virtual_hosts_scan_one: { field: 'status', says: 'This MAC address has a newer entry.' } },
  actions: {
    ignore: statusAction('virtual_hosts_scan', { label: 'Ignore', from: ['active', 'old'], to: 'ignore' }),
    reopen: statusAction('virtual_hosts_scan', { label: 'Take up again', from: ['ignore'], to: 'active' }),
  },
  rest: [{ path: 'live/virtualhost', style: 'ids', offers: ['view', 'delete'] }],
});
