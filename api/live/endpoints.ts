import Type from 'typebox';
import { scopesFor } from '../../shared/access/scopes.ts';
import { type Endpoint, endpoint } from '../me/endpoint.ts';
import { ingest } from './ingest.ts';
import { readReport } from './report.ts';

const entry = Type.Object({
  nic: Type.Union([Type.String(), Type.Integer(), Type.Null()], {
    description: 'As it was sent: the MAC address or the number.',
  }),
  success: Type.Optional(Type.String()),
  error: Type.Optional(Type.String()),
});

const postReport = endpoint({
  method: 'post',
  path: '/api/live/ingest',
  operation: { who: 'staff', scopes: ['a:staff', 'a:superuser'] },
  operationId: 'live_ingest',
  tag: 'live',
  summary: 'Report what a scan of the network saw',
  description:
    'For scanning agents. Each result names a NIC by `nic` (its number) or `mac`, and the `ip` it was seen under. One that can’t be taken changes nothing about the others. A report without its agent or results, and one that is in already, is answered by `error` and `detail`.',
  // What a result may be is judged one by one.
  body: Type.Object({
    agentident: Type.Optional(Type.Unknown({ description: 'Which agent it is.', examples: ['lab-livesync'] })),
    timestamp: Type.Optional(
      Type.Unknown({
        description: 'When it looked, in this installation’s time zone unless it says another; now when left out.',
        examples: ['2026-01-31 09:00:00.123456'],
      }),
    ),
    results: Type.Optional(
      Type.Unknown({
        description: 'A list of objects with `ip`, and `nic` or `mac`.',
        examples: [[{ mac: 'a0:36:9f:af:12:34', ip: '192.168.0.4' }]],
      }),
    ),
  }),
  responses: {
    200: {
      description: 'What came of it, one entry a result; or why it was not taken at all',
      schema: Type.Object({
        success: Type.Optional(Type.Boolean()),
        result: Type.Optional(Type.Array(entry)),
        error: Type.Optional(Type.String()),
        detail: Type.Optional(Type.String()),
      }),
    },
  },
  async handler({ services, principal, body }) {
    const report = readReport(body);
    if (!report) {
      return { body: { error: 'The report is not complete.', detail: 'It takes agentident and results.' } };
    }
    const result = await ingest(services.knex, principal, report);
    if (!result) {
      const detail = 'There is a report of this agent with this timestamp.';
      return { body: { error: 'The report is in already.', detail } };
    }
    return { body: { success: true, result } };
  },
});

const readMacs = endpoint({
  method: 'get',
  path: '/api/live/macs',
  operation: { role: 'host', permission: 'view', scopes: scopesFor('host', 'view') },
  operationId: 'live_macs',
  tag: 'live',
  summary: 'The MAC address of every NIC',
  description: 'So that a scanning agent can report NICs by their number.',
  responses: {
    200: {
      description: 'Pairs of a NIC’s number and its MAC address',
      schema: Type.Array(Type.Tuple([Type.Integer(), Type.String({ examples: ['a0:36:9f:af:12:34'] })])),
    },
  },
  async handler({ services }) {
    const { rows } = await services.pool.query({
      text: 'SELECT id, mac::text FROM nic ORDER BY id',
      rowMode: 'array',
    });
    return { body: rows };
  },
});

/** What scanning agents call. */
export const liveEndpoints: readonly Endpoint[] = [postReport, readMacs];
