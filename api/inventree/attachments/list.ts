import Type from 'typebox';
import { endpoint } from '../../me/endpoint.ts';
import {
  type AttachmentRow,
  attachmentColumns,
  attachments,
  kindsFor,
  printAttachment,
} from '../../media/attachments.ts';
import { modelType } from '../../resources/model-types.ts';
import { Invalid } from '../../store/refusals.ts';
import { readValue } from '../../store/values.ts';
import { common, nullable, reading, shown, text } from './shape.ts';

export const list = endpoint({
  ...common,
  method: 'get',
  path: '/api/attachment/',
  operation: reading,
  operationId: 'attachment_list',
  summary: 'List files and links',
  description: 'Those of rows that you may view. Without `limit` the bare list, with it a page.',
  query: Type.Object({
    model_type: Type.Optional(Type.String({ description: 'The kind of row that they hang on.', examples: ['part'] })),
    model_id: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    is_image: Type.Optional(Type.Boolean()),
    is_file: Type.Optional(Type.Boolean()),
    is_link: Type.Optional(Type.Boolean()),
    search: Type.Optional(Type.String()),
    limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
  }),
  responses: {
    200: {
      description: 'Attachments, the latest last',
      schema: Type.Union([
        Type.Array(shown),
        Type.Object({
          count: Type.Integer(),
          next: nullable(text),
          previous: nullable(text),
          results: Type.Array(shown),
        }),
      ]),
    },
  },
  async handler({ ctx, services, principal, query }) {
    const found = attachments(services.knex).whereIn('a.model_type', kindsFor(principal, 'view'));
    if (query.model_type !== undefined) {
      const read = readValue(modelType(), query.model_type);
      if ('error' in read) throw new Invalid({ model_type: [read.error] });
      found.where('a.model_type', read.value as string);
    }
    if (query.model_id !== undefined) found.where('a.model_id', query.model_id);
    if (query.is_image !== undefined) found.where('a.is_image', query.is_image);
    if (query.is_file !== undefined) found.whereRaw(query.is_file ? 'a.file_key IS NOT NULL' : 'a.file_key IS NULL');
    if (query.is_link !== undefined) found.whereRaw(query.is_link ? "a.link <> ''" : "a.link = ''");
    for (const word of (query.search ?? '').split(/\s+/).filter(Boolean).slice(0, 20)) {
      const like = `%${word.replace(/[\\%_]/g, '\\$&')}%`;
      found.whereRaw("concat_ws(' ', a.comment, a.file_name, a.link) ILIKE ?", [like]);
    }
    const { limit = 0, offset = 0 } = query;
    const page = found.clone().orderBy('a.id').select(attachmentColumns);
    if (limit) page.limit(limit).offset(offset);
    const results = ((await page) as AttachmentRow[]).map(printAttachment);
    if (!limit) return { body: results };
    const [counted] = (await found.count({ count: '*' })) as unknown as [{ count: string }];
    const count = Number(counted.count);
    const at = (start: number) => {
      const parameters = new URLSearchParams(ctx.querystring);
      parameters.set('offset', String(start));
      return `${services.config.publicUrl}${ctx.path}?${parameters}`;
    };
    return {
      body: {
        count,
        next: offset + limit < count ? at(offset + limit) : null,
        previous: offset > 0 ? at(Math.max(0, offset - limit)) : null,
        results,
      },
    };
  },
});
