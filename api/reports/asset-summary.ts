import Type from 'typebox';
import { scopesFor } from '../../shared/access/scopes.ts';
import { endpoint } from '../me/endpoint.ts';

const statement = `
WITH cards AS (
  SELECT c.host_id, json_agg(json_build_object('id', c.id, 'cardtype', t.name, 'details', c.details, 'asset_no', c.asset_no)
           ORDER BY t.name, c.id) AS list
  FROM card AS c JOIN card_type AS t ON t.id = c.cardtype_id GROUP BY c.host_id
)
SELECT json_build_object(
  'hosts', (SELECT coalesce(json_agg(x ORDER BY x.hostname), '[]') FROM (
     SELECT h.id, h.hostname, h.status, coalesce('[' || ht.name || '] ', '') || hw.name AS hardware,
            r.number || ' in ' || bu.code || '/' || l.name AS rack, h.serial_no, h.asset_no,
            n.mac::text AS mac, coalesce(c.list, '[]') AS cards
     FROM host AS h
     JOIN host_hardware AS hw ON hw.id = h.hardware_id
     LEFT JOIN host_type AS ht ON ht.id = hw.host_type_id
     LEFT JOIN rack AS r ON r.id = h.rack_id
     LEFT JOIN lab AS l ON l.id = r.lab_id
     LEFT JOIN building AS bu ON bu.id = l.building_id
     LEFT JOIN nic AS n ON n.host_id = h.id AND n."primary"
     LEFT JOIN cards AS c ON c.host_id = h.id
     WHERE ($1::int IS NULL OR l.id = $1) AND ($2::int IS NULL OR l.building_id = $2)) AS x),
  'spare_cards', CASE WHEN $1::int IS NULL AND $2::int IS NULL
     THEN coalesce((SELECT list FROM cards WHERE host_id IS NULL), '[]') ELSE '[]' END
) AS report`;

const text = Type.String();
const orNull = Type.Union([text, Type.Null()]);
const cards = Type.Array(Type.Object({ id: Type.Integer(), cardtype: text, details: text, asset_no: text }));

export const assetSummary = endpoint({
  method: 'get',
  path: '/api/reports/assetsummary/',
  operation: { role: 'host', permission: 'view', scopes: scopesFor('host', 'view') },
  operationId: 'reports_assetsummary',
  tag: 'reports',
  summary: 'Every host and card with its numbers',
  description: 'Serial and asset numbers of hosts and their cards, and the cards that are in no host.',
  query: Type.Object({
    lab: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Only hosts in this lab.' })),
    building: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Only hosts in this building.' }),
    ),
  }),
  responses: {
    200: {
      description: 'The report',
      schema: Type.Object({
        hosts: Type.Array(
          Type.Object({
            id: Type.Integer(),
            hostname: text,
            status: text,
            hardware: text,
            rack: orNull,
            serial_no: orNull,
            asset_no: orNull,
            mac: orNull,
            cards,
          }),
        ),
        spare_cards: cards,
      }),
    },
  },
  async handler({ services, query }) {
    const values = [query.lab ?? null, query.building ?? null];
    const { rows } = await services.reads.read((db) => db.query<{ report: object }>(statement, values));
    return { body: rows[0]?.report };
  },
});
