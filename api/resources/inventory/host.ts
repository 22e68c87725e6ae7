import { resource } from '../declaration.ts';
import { boolean, choice, computed, interfaceAddress, reference, text, timestamp } from '../fields.ts';
import { hostHooks } from './host-hooks.ts';

/** Host keys as clients know them; the by-id spelling has `bookable` before them. */
const keys = [
  'hostname',
  'ip',
  'serial_no',
  'asset_no',
  'hypervisor',
  'details',
  'lastseen',
  'status',
  'diskvendor',
  'hardware',
  'rack',
  'vm_host',
  'group',
] as const;

export const host = resource('host', {
  role: 'host',
  area: 'inventory',
  anonymous: 'all',
  table: 'host',
  title: ['Host', 'Hosts'],
  description:
    'A machine, real or virtual. Deleting it deletes its cards, NICs and virtual machines, and what was booked on it.',
  fields: {
    bookable: computed(
      reference('bookable', { nullable: true, atFirst: null, help: 'What makes this host bookable.' }),
      '(SELECT b.id FROM bookable AS b WHERE b.host_id = {id})',
    ),
    hostname: text({ maxLength: 50 }),
    ip: interfaceAddress({
      nullable: true,
      help: 'Follows the primary NIC. Answered with its prefix length.',
    }),
    serial_no: text({ maxLength: 30, blank: true, nullable: true }),
    asset_no: text({ maxLength: 30, blank: true, nullable: true }),
    hypervisor: boolean({ default: false, help: 'Contains virtual machines.' }),
    details: text({ maxLength: 120, blank: true }),
    lastseen: timestamp({ nullable: true }),
    status: choice(
      {
        active: 'Active',
        missing: 'Missing',
        retired: 'Retired',
        on_loan: 'On loan',
        unknown: 'Unknown',
        offline: 'Offline',
        new: 'New',
      },
      {
        default: 'new',
        example: 'active',
        help: 'A host that stops being active can no longer be booked: its bookable is suspended.',
      },
    ),
    diskvendor: reference('hd_vendor', { nullable: true }),
    hardware: reference('host_hardware'),
    rack: reference('rack', {
      nullable: true,
      options: { by: { lab: '{lab} = {value}', building: '{lab.building} = {value}' }, under: 'lab' },
    }),
    vm_host: reference('host', {
      nullable: true,
      options: { only: '{hypervisor}' },
      help: 'The hypervisor that this machine runs on.',
    }),
    group: reference('group', { nullable: true, help: 'Only its members may book this host.' }),
    owner: reference('user', { nullable: true, hidden: true }),
  },
  unique: ['hostname'],
  label: '{hostname}',
  hint: '{hardware.$label}',
  columns: [
    'hostname',
    'ip',
    'status',
    'hardware',
    'rack',
    'hypervisor',
    'vm_host',
    'group',
    'bookable',
    'serial_no',
    'asset_no',
    'details',
    'lastseen',
  ],
  search: ['hostname', 'ip', 'serial_no', 'asset_no', 'details', 'hardware.name'],
  searchText: true,
  order: ['hostname'],
  orderings: { lab: 'rack.lab.name' },
  filters: {
    hostname: { path: 'hostname', match: 'iexact' },
    mac: {
      sql: 'EXISTS (SELECT 1 FROM nic AS n WHERE n.host_id = {id} AND n.mac = {value})',
      type: 'mac',
      help: 'MAC address of any of its NICs, in any notation.',
    },
    network: { sql: '{ip} <<= {value}', type: 'network', help: 'Address within this network.' },
    lab: 'rack.lab',
    building: 'rack.lab.building',
    host_type: 'hardware.host_type',
    card_type: {
      sql: 'EXISTS (SELECT 1 FROM card AS c WHERE c.host_id = {id} AND c.cardtype_id = {value})',
      type: 'reference',
      help: 'Has a card of this type.',
    },
    is_bookable: { either: 'EXISTS (SELECT 1 FROM bookable AS b WHERE b.host_id = {id})' },
    is_vm: { either: '{vm_host} IS NOT NULL' },
    seen_after: { path: 'lastseen', match: 'gte' },
    seen_before: { path: 'lastseen', match: 'lt' },
  },
  constraints: {
    host_hostname: { field: 'hostname', says: 'Another host has this name already.' },
    host_not_its_own_vm: { field: 'vm_host', says: 'A host can not run on itself.' },
  },
  hooks: hostHooks,
  tabs: {
    all: { label: 'All', sql: 'true' },
    active: { label: 'Active', sql: "{status} = 'active'" },
    away: { label: 'Away', sql: "{status} IN ('missing', 'on_loan', 'offline', 'unknown')" },
    retired: { label: 'Retired', sql: "{status} = 'retired'" },
  },
  rest: [
    { path: 'inventory/host', style: 'hyperlinked', keys },
    { path: 'inventory/hostbyid', style: 'ids', keys: ['bookable', ...keys], filtersRows: true },
  ],
});
