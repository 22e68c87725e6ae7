import { Type } from 'typebox';
import { resource } from '../declaration.ts';
import { boolean, json, text, timestamp } from '../fields.ts';

const entry = Type.Object({
  nic: Type.Union([Type.String(), Type.Integer(), Type.Null()]),
  success: Type.Optional(Type.String()),
  error: Type.Optional(Type.String()),
});

export const scanSession = resource('scan_session', {
  role: 'host',
  area: 'live',
  table: 'scan_session',
  title: ['Scan', 'Scans'],
  description: 'One report of a scanning agent, with what came of each of its results. Agents send them to the ingest.',
  fields: {
    timestamp: timestamp({ readOnly: true, help: 'When the agent looked.' }),
    agent_identifier: text({ maxLength: 100, readOnly: true }),
    processed: boolean({ default: false, readOnly: true }),
    result: json(Type.Array(entry), { readOnly: true, help: 'One entry for each result of the report.' }),
    raw_data: text({ readOnly: true, help: 'The results as the agent sent them: JSON in a text.' }),
  },
  label: "{agent_identifier} || ' @ ' || to_char({timestamp}, 'YYYY-MM-DD HH24:MI')",
  search: ['agent_identifier'],
  order: ['-timestamp'],
  filters: {
    agent_identifier: { path: 'agent_identifier', match: 'iexact' },
    after: { path: 'timestamp', match: 'gte' },
    before: { path: 'timestamp', match: 'lt' },
  },
  rest: [
    {
      path: 'live/scansession',
      style: 'ids',
      keys: ['timestamp', 'agent_identifier', 'processed', 'result'],
      expand: { raw_data: { field: 'raw_data' } },
      readOnlyFace: true,
    },
  ],
});
