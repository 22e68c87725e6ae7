import { Type } from 'typebox';
import { resource } from '../declaration.ts';
import { boolean, decimal, integer, json, reference, text } from '../fields.ts';

const short = Type.String({ minLength: 1, maxLength: 100 });
const interfaces = Type.Array(
  Type.Object({ name: short, type: short, mgmt_only: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
);
const powerPorts = Type.Array(
  Type.Object(
    { name: short, type: short, maximum_draw: Type.Optional(Type.Integer({ minimum: 0 })) },
    { additionalProperties: false },
  ),
);

export const deviceType = resource('device_type', {
  role: 'host',
  area: 'inventory',
  anonymous: 'all',
  table: 'device_type',
  title: ['Device type', 'Device types'],
  description: "A hardware model's data sheet: how many rack units it takes, its ports, its power.",
  fields: {
    manufacturer: text({ maxLength: 100 }),
    model: text({ maxLength: 100 }),
    slug: text({ maxLength: 100, blank: true }),
    part_number: text({ maxLength: 100, blank: true }),
    hardware: reference('host_hardware', { help: 'The hardware that hosts of this model are of.' }),
    rack_units: decimal({ minimum: 0, maximum: 100, help: '0: it is not mounted in a rack by itself.' }),
    full_depth: boolean({ default: true }),
    airflow: text({ maxLength: 30, blank: true }),
    weight: decimal({ minimum: 0, maximum: 9_999_999, nullable: true }),
    weight_unit: text({ maxLength: 10, blank: true }),
    console_ports: integer({ minimum: 0, default: 0 }),
    interfaces: json(interfaces, { default: [] }),
    power_ports: json(powerPorts, { default: [] }),
  },
  label: "{manufacturer} || ' ' || {model}",
  search: ['manufacturer', 'model', 'part_number', 'slug'],
  searchText: true,
  order: ['manufacturer', 'model'],
  filters: {
    manufacturer: { path: 'manufacturer', match: 'iexact' },
    model: { path: 'model', match: 'iexact' },
    interface_type: { sql: "{interfaces} @> jsonb_build_array(jsonb_build_object('type', {value}))", type: 'text' },
  },
  constraints: {
    device_type_model: { field: 'model', says: 'There is a device type of this manufacturer and model already.' },
    device_type_hardware: { field: 'hardware', says: 'This hardware has a device type already.' },
  },
  rest: [
    { path: 'inventory/devicetype', style: 'hyperlinked' },
    { path: 'inventory/devicetypebyid', style: 'ids' },
  ],
});
