import { resource } from '../declaration.ts';
import { mac, text, timestamp } from '../fields.ts';

export const ignoredMac = resource('ignored_mac', {
  role: 'host',
  area: 'live',
  table: 'ignored_mac',
  title: ['Ignored MAC', 'Ignored MACs'],
  description: 'A MAC address that scans pass over.',
  fields: {
    mac: mac({ help: 'In any usual notation; answered as a0:36:9f:af:12:34.' }),
    reason: text({ maxLength: 250, blank: true }),
    created: timestamp({ readOnly: true }),
  },
  label: '{mac}::text',
  search: ['mac', 'reason'],
  order: ['mac'],
  constraints: { ignored_mac_once: { field: 'mac', says: 'This MAC address is ignored already.' } },
  rest: [{ path: 'live/ignoredmac', style: 'ids' }],
});
