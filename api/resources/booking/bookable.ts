import { Type } from 'typebox';
import { resource } from '../declaration.ts';
import { address, boolean, choice, computed, json, reference, text } from '../fields.ts';
import { bookableHooks } from './bookable-hooks.ts';
import { runningNow } from './occupancy.ts';

const cardsOfHost = `(
  SELECT coalesce(json_agg(json_build_object('id', c.id, 'cardtype__name', ct.name, 'details', c.details) ORDER BY c.id), '[]')
  FROM card AS c JOIN card_type AS ct ON ct.id = c.cardtype_id WHERE c.host_id = {host})`;

const bookedUntil = `coalesce((
  SELECT to_jsonb('Booked until ' || to_char(o."end", 'DD/MM/YY') || ' by ' || u.username)
  FROM occupancy AS o JOIN users AS u ON u.id = o.owner_id WHERE ${runningNow('booking')} ORDER BY o.start LIMIT 1), 'false')`;

const card = Type.Object({ id: Type.Integer(), cardtype__name: Type.String(), details: Type.String() });

export const bookable = resource('bookable', {
  role: 'booking',
  area: 'booking',
  anonymous: 'bookables',
  table: 'bookable',
  title: ['Bookable host', 'Bookable hosts'],
  description:
    'What makes a host bookable, one a host; making one takes «change» on bookings. Only active ones can be booked. ' +
    'Deleting it deletes what was booked on it.',
  takes: { add: 'change' },
  fields: {
    hostname: computed(text(), '{host.hostname}'),
    ip: computed(address({ nullable: true }), '{host.ip}'),
    hardware: computed(text({ help: 'Type and name of the hardware.' }), '{host.hardware.$label}'),
    cards: computed(json(Type.Array(card), { help: 'Cards in the host.' }), cardsOfHost),
    rack: computed(text({ nullable: true, help: 'Where the host stands.' }), '{host.rack.$label}'),
    booked: computed(
      json(Type.Union([Type.Literal(false), Type.String()]), { help: 'Until when and by whom, or false.' }),
      bookedUntil,
    ),
    reserved: computed(
      boolean({ help: 'A reservation holds it at this moment.' }),
      `EXISTS (SELECT 1 FROM occupancy AS o WHERE ${runningNow('reservation')})`,
    ),
    status: choice(
      { created: 'Created', active: 'Active', suspended: 'Suspended', inactive: 'Inactive' },
      {
        default: 'created',
        example: 'active',
        help: 'Suspended: out for a while, by itself when the host stops being active.',
      },
    ),
    comment: text({ maxLength: 300, blank: true }),
    host: reference('host'),
  },
  label: "{host.hostname} || '[B]'",
  hint: '{hardware}',
  columns: ['hostname', 'ip', 'hardware', 'rack', 'booked', 'reserved', 'status', 'comment', 'host'],
  search: ['host.hostname', 'host.ip', 'host.hardware.name', 'comment'],
  searchText: true,
  order: ['host.hostname'],
  orderings: { host__hostname: 'host.hostname', hostname: 'host.hostname', ip: 'host.ip' },
  orderSwitches: { ipsort: ['host.ip', 'host.hostname'] },
  filters: {
    active: { flag: "{status} = 'active'", help: 'Only what may be booked at all.' },
    mine: { flag: '({me} IS NULL OR {host.owner} = {me})', help: 'Only hosts that are yours to look after.' },
    mygroup: {
      flag: 'EXISTS (SELECT 1 FROM user_groups AS ug WHERE ug.user_id = {me} AND ug.group_id = {host.group})',
      help: 'Only hosts that are for a group of yours.',
    },
    nores: {
      flag: `NOT EXISTS (SELECT 1 FROM occupancy AS o WHERE ${runningNow('reservation')})`,
      help: 'Not those that are reserved at this moment.',
    },
    free: {
      flag: `NOT EXISTS (SELECT 1 FROM occupancy AS o WHERE ${runningNow('booking')})`,
      help: 'Not those that are booked at this moment.',
    },
    free_during: {
      sql: `NOT EXISTS (SELECT 1 FROM occupancy AS o WHERE o.bookable_id = {id} AND o.cancelled_at IS NULL
        AND o.start < split_part({value}, '/', 2)::timestamptz
        AND coalesce(o."end", 'infinity') > split_part({value}, '/', 1)::timestamptz)`,
      type: 'text',
      shape: {
        pattern: /^\d{4}-\d\d-\d\d[^/]*\/\d{4}-\d\d-\d\d[^/]*$/,
        says: 'Two moments with a slash between are required, such as 2026-01-31T09:00Z/2026-02-01T09:00Z.',
      },
      help: 'Neither booked nor reserved from one moment to another, such as 2026-01-31T09:00Z/2026-02-01T09:00Z.',
    },
    lab: 'host.rack.lab',
    building: 'host.rack.lab.building',
    rack: 'host.rack',
    hw: 'host.hardware',
    htype: 'host.hardware.host_type',
    card_type: {
      sql: 'EXISTS (SELECT 1 FROM card AS c WHERE c.host_id = {host} AND c.cardtype_id = {value})',
      type: 'reference',
    },
    group: 'host.group',
    hostname: { path: 'host.hostname', match: 'iexact' },
    network: { sql: '{host.ip} <<= {value}', type: 'network', help: 'Address within this network.' },
  },
  hooks: bookableHooks,
  constraints: { bookable_host: { field: 'host', says: 'This host is bookable already.' } },
  tabs: {
    all: { label: 'All', sql: 'true' },
    free: {
      label: 'Free now',
      sql: `{status} = 'active' AND NOT EXISTS (SELECT 1 FROM occupancy AS o WHERE ${runningNow()})`,
    },
    taken: { label: 'Taken now', sql: `EXISTS (SELECT 1 FROM occupancy AS o WHERE ${runningNow()})` },
    out: { label: 'Out of service', sql: "{status} <> 'active'" },
  },
  rest: [{ path: 'booking/bookable', style: 'ids' }],
});
