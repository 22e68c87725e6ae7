import { resource } from '../declaration.ts';
import { address, boolean, mac, reference, text, timestamp } from '../fields.ts';
import { nicHooks } from './nic-hooks.ts';

export const nic = resource('nic', {
  role: 'host',
  area: 'inventory',
  anonymous: 'all',
  table: 'nic',
  title: ['NIC', 'NICs'],
  description: 'A network interface. A host takes its address from its primary NIC.',
  fields: {
    model: text({ maxLength: 30, blank: true }),
    mac: mac({ help: 'In any usual notation; answered as a0:36:9f:af:12:34.' }),
    integrated: boolean({ default: false }),
    management: boolean({ default: false, help: 'Reaches the management controller, not the host itself.' }),
    ip: address({ nullable: true }),
    primary: boolean({ help: 'Each host has at most one primary NIC.' }),
    lastseen: timestamp({ nullable: true }),
    host: reference('host', { nullable: true }),
  },
  label: "{mac}::text || coalesce(' of ' || {host.hostname}, '')",
  unique: ['mac'],
  search: ['mac', 'ip', 'model', 'host.hostname'],
  searchText: true,
  order: ['mac'],
  filters: {
    lab: 'host.rack.lab',
    hostname: { path: 'host.hostname', match: 'iexact' },
    network: { sql: '{ip} <<= {value}', type: 'network', help: 'Address within this network.' },
    spare: { either: '{host} IS NULL', help: 'In no host.' },
    seen_after: { path: 'lastseen', match: 'gte' },
    seen_before: { path: 'lastseen', match: 'lt' },
  },
  constraints: {
    nic_mac: { field: 'mac', says: 'Another NIC has this MAC address already.' },
    nic_one_primary: { field: 'primary', says: 'This host has a primary NIC already.' },
  },
  hooks: nicHooks,
  rest: [
    { path: 'inventory/nic', style: 'hyperlinked' },
    { path: 'inventory/nicbyid', style: 'ids' },
  ],
});
