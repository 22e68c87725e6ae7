import Type from 'typebox';
import { type ExportFormat, exportFormats, exportTrail } from '../../shared/audit/export.ts';
import { isCursor, readTrail, type TrailFilter } from '../../shared/audit/trail.ts';
import { readTrailFilter, type TypedFilter, trailFilterNames } from '../../shared/audit/trail-query.ts';
import type { Services } from '../../shared/services.ts';
import { endpoint } from '../me/endpoint.ts';
import { Invalid } from '../store/refusals.ts';
import { superusers } from '../store/superusers.ts';

const word = (description: string) => Type.Optional(Type.String({ maxLength: 255, description }));
const filters = {
  actor: word('Who did it: a username or number, `console`, or `anonymous` for nobody who was signed in.'),
  acting_as: word('Whom a superuser stood in for: a username or number.'),
  action: word('`create`, `update`, `delete`, `sign_in`, …'),
  resource: word('What kind of thing: `user`, `host`, `application`, `token`, …'),
  object: word('Its number; tell `resource` too.'),
  application: word('The `client_id` of the application that acted.'),
  address: word('Where it came from.'),
  since: word('From this day (UTC) or moment on.'),
  until: word('To the end of this day (UTC), or before this moment.'),
};

const nullableText = Type.Union([Type.String(), Type.Null()]);
const nullableNumber = Type.Union([Type.Integer(), Type.Null()]);
const entry = Type.Object({
  id: Type.Integer(),
  at: Type.String({ format: 'date-time' }),
  actor_id: nullableNumber,
  actor: Type.String(),
  acting_as_id: nullableNumber,
  acting_as: nullableText,
  proof: Type.String({ description: 'How the actor proved who they are.' }),
  application: nullableText,
  token_id: nullableNumber,
  address: nullableText,
  action: Type.String(),
  resource: Type.String(),
  object_id: nullableText,
  changes: Type.Record(
    Type.String(),
    Type.Object({ old: Type.Optional(Type.Unknown()), new: Type.Optional(Type.Unknown()) }),
  ),
});

const list = endpoint({
  method: 'get',
  path: '/api/admin/audit/',
  operation: superusers,
  operationId: 'admin_audit_list',
  tag: 'administration',
  summary: 'The audit trail',
  description: 'Who did what and when, the newest first, a page at a time. Entries are never changed.',
  query: Type.Object({
    ...filters,
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    cursor: word('The `next` of the page before.'),
  }),
  responses: {
    200: {
      description: 'A page',
      schema: Type.Object({
        results: Type.Array(entry),
        next: Type.Union([Type.String(), Type.Null()], { description: '`cursor` of the next page.' }),
      }),
    },
  },
  async handler({ services, query }) {
    const { limit, cursor = '' } = query;
    if (cursor && !isCursor(cursor)) throw new Invalid({ cursor: ['This is no `next` of a page.'] });
    const filter = await filterOf(services, query);
    const { entries, next } = await readTrail(services.pool, filter, { limit, cursor: cursor || null });
    return { body: { results: entries, next } };
  },
});

const take = endpoint({
  method: 'get',
  path: '/api/admin/audit/export/',
  operation: superusers,
  operationId: 'admin_audit_export',
  tag: 'administration',
  summary: 'Take the audit trail along',
  description: 'All that the filters find, the newest first, streamed: a JSON object or a CSV record a line.',
  query: Type.Object({
    ...filters,
    as: Type.Union([Type.Literal('jsonl'), Type.Literal('csv')], { default: 'jsonl' }),
  }),
  mediaTypes: Object.values(exportFormats),
  responses: { 200: { description: 'The entries', schema: Type.String() } },
  async handler({ services, query }) {
    const format = query.as as ExportFormat;
    const stream = exportTrail(services.pool, await filterOf(services, query), format);
    return {
      stream,
      headers: {
        'Content-Type': exportFormats[format],
        'Content-Disposition': `attachment; filename="audit-trail.${format}"`,
      },
    };
  },
});

async function filterOf({ knex }: Services, query: Partial<TypedFilter>): Promise<TrailFilter> {
  const typed = Object.fromEntries(trailFilterNames.map((name) => [name, query[name] ?? ''])) as TypedFilter;
  const { filter, errors } = await readTrailFilter(knex, typed);
  if (filter) return filter;
  throw new Invalid(Object.fromEntries(Object.entries(errors).map(([name, text]) => [name, [text]])));
}

export const auditEndpoints = [list, take];
