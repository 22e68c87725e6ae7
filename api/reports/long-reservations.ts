import Type from 'typebox';
import { scopesFor } from '../../shared/access/scopes.ts';
import { endpoint } from '../me/endpoint.ts';
import { moment } from './moment.ts';

const statement = `
SELECT coalesce(json_agg(x ORDER BY x.start, x.id), '[]') AS report FROM (
  SELECT o.id, o.bookable_id AS bookable, h.hostname, u.username AS owner, ${moment('o.start')} AS start,
         ${moment('o."end"')} AS "end", floor(extract(epoch FROM now() - o.start) / 86400)::int AS days, o.comment,
         (SELECT count(*)::int FROM occupancy AS other
          WHERE other.owner_id = o.owner_id AND other.id <> o.id AND other.cancelled_at IS NULL
            AND other.start <= now() AND coalesce(other."end", 'infinity') > now()) AS others
  FROM occupancy AS o
  JOIN bookable AS b ON b.id = o.bookable_id
  JOIN host AS h ON h.id = b.host_id
  JOIN users AS u ON u.id = o.owner_id
  WHERE o.kind = 'reservation' AND o.cancelled_at IS NULL AND o.start < now() - make_interval(days => $1)
    AND coalesce(o."end", 'infinity') > now()) AS x`;

export const longReservations = endpoint({
  method: 'get',
  path: '/api/reports/longreservations/',
  operation: { role: 'booking', permission: 'view', scopes: scopesFor('booking', 'view') },
  operationId: 'reports_longreservations',
  tag: 'reports',
  summary: 'Reservations that run for long',
  query: Type.Object({
    days: Type.Integer({ minimum: 0, maximum: 3650, default: 180, description: 'Running for longer than this.' }),
  }),
  responses: {
    200: {
      description: 'The longest first',
      schema: Type.Array(
        Type.Object({
          id: Type.Integer(),
          bookable: Type.Integer(),
          hostname: Type.String(),
          owner: Type.String(),
          start: Type.String({ format: 'date-time' }),
          end: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
          days: Type.Integer({ description: 'Since it started.' }),
          comment: Type.String(),
          others: Type.Integer({ description: 'What its owner holds beside it at this moment.' }),
        }),
      ),
    },
  },
  async handler({ services, query }) {
    const { rows } = await services.reads.read((db) => db.query<{ report: object }>(statement, [query.days]));
    return { body: rows[0]?.report };
  },
});
