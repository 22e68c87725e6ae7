import Type from 'typebox';
import { scopesFor } from '../../shared/access/scopes.ts';
import { endpoint } from '../me/endpoint.ts';
import { moment } from './moment.ts';

/**
 * How much of a span of time up to now each bookable host was booked or reserved. What comes is not counted, nor what
 * was cancelled; of what began before or runs on, the part within the span.
 */
const statement = `
WITH span AS (SELECT now() - make_interval(days => $1) AS since, now() AS until),
used AS (
  SELECT o.bookable_id, o.owner_id,
         extract(epoch FROM least(coalesce(o."end", s.until), s.until) - greatest(o.start, s.since)) / 3600 AS hours
  FROM occupancy AS o, span AS s
  WHERE o.cancelled_at IS NULL AND o.start < s.until AND coalesce(o."end", 'infinity') > s.since
),
by_person AS (
  SELECT bookable_id, owner_id, sum(hours) AS hours, count(*)::int AS bookings FROM used GROUP BY bookable_id, owner_id
),
by_bookable AS (
  SELECT p.bookable_id, sum(p.hours) AS hours, sum(p.bookings)::int AS bookings,
         (array_agg(u.username ORDER BY p.hours DESC, u.username))[1] AS biggest_user
  FROM by_person AS p JOIN users AS u ON u.id = p.owner_id GROUP BY p.bookable_id
),
hosts AS (
  SELECT b.id AS bookable, h.id AS host, h.hostname, g.name AS "group", o.username AS owner, ht.id AS type, ht.name AS type_name,
         l.id AS lab, bu.code || '/' || l.name AS lab_name, x.biggest_user, coalesce(x.bookings, 0) AS bookings,
         coalesce(x.hours, 0) AS hours
  FROM bookable AS b
  JOIN host AS h ON h.id = b.host_id
  JOIN host_hardware AS hw ON hw.id = h.hardware_id
  LEFT JOIN host_type AS ht ON ht.id = hw.host_type_id
  LEFT JOIN rack AS r ON r.id = h.rack_id
  LEFT JOIN lab AS l ON l.id = r.lab_id
  LEFT JOIN building AS bu ON bu.id = l.building_id
  LEFT JOIN groups AS g ON g.id = h.group_id
  LEFT JOIN users AS o ON o.id = h.owner_id
  LEFT JOIN by_bookable AS x ON x.bookable_id = b.id
)
SELECT json_build_object(
  'since', ${moment('s.since')}, 'until', ${moment('s.until')}, 'days', $1::int,
  'host_types', (SELECT coalesce(json_agg(t ORDER BY t.name NULLS LAST, t.id), '[]') FROM (
     SELECT type AS id, type_name AS name, count(*)::int AS hosts, round(sum(hours), 1) AS hours,
            round(sum(hours) * 100 / (count(*) * $1 * 24), 1) AS percent FROM hosts GROUP BY type, type_name) AS t),
  'labs', (SELECT coalesce(json_agg(t ORDER BY t.name NULLS LAST, t.id), '[]') FROM (
     SELECT lab AS id, lab_name AS name, count(*)::int AS hosts, round(sum(hours), 1) AS hours,
            round(sum(hours) * 100 / (count(*) * $1 * 24), 1) AS percent FROM hosts GROUP BY lab, lab_name) AS t),
  'users', (SELECT coalesce(json_agg(t ORDER BY t.hours DESC, t.username), '[]') FROM (
     SELECT u.id, u.username, round(sum(p.hours), 1) AS hours, sum(p.bookings)::int AS bookings
     FROM by_person AS p JOIN users AS u ON u.id = p.owner_id GROUP BY u.id) AS t),
  'hosts', (SELECT coalesce(json_agg(t ORDER BY t.hostname), '[]') FROM (
     SELECT bookable, host, hostname, "group", owner, biggest_user, bookings, round(hours, 1) AS hours,
            round(hours * 100 / ($1 * 24), 1) AS percent FROM hosts) AS t)
) AS report FROM span AS s`;

const text = Type.String();
const orNull = Type.Union([text, Type.Null()]);
const hours = Type.Number({ description: 'Booked or reserved.' });
const percent = Type.Number({ description: 'Of the whole time.' });
const part = Type.Object({
  id: Type.Union([Type.Integer(), Type.Null()]),
  name: orNull,
  hosts: Type.Integer(),
  hours,
  percent,
});

export const utilization = endpoint({
  method: 'get',
  path: '/api/reports/utilization/',
  operation: { role: 'booking', permission: 'view', scopes: scopesFor('booking', 'view') },
  operationId: 'reports_utilization',
  tag: 'reports',
  summary: 'How much bookable hosts are used',
  description: 'By type, by lab, by person and by host, over a number of days up to now.',
  query: Type.Object({ days: Type.Integer({ minimum: 1, maximum: 3650, default: 90 }) }),
  responses: {
    200: {
      description: 'The report',
      schema: Type.Object({
        since: Type.String({ format: 'date-time' }),
        until: Type.String({ format: 'date-time' }),
        days: Type.Integer(),
        host_types: Type.Array(part),
        labs: Type.Array(part),
        users: Type.Array(Type.Object({ id: Type.Integer(), username: text, hours, bookings: Type.Integer() })),
        hosts: Type.Array(
          Type.Object({
            bookable: Type.Integer(),
            host: Type.Integer(),
            hostname: text,
            group: orNull,
            owner: orNull,
            biggest_user: orNull,
            bookings: Type.Integer(),
            hours,
            percent,
          }),
        ),
      }),
    },
  },
  async handler({ services, query }) {
    const { rows } = await services.reads.read((db) => db.query<{ report: object }>(statement, [query.days]));
    return { body: rows[0]?.report };
  },
});
