import type { Knex } from 'knex';
import Type from 'typebox';
import { audit } from '../../shared/audit.ts';
import { type Call, type Endpoint, endpoint, signedIn } from '../me/endpoint.ts';
import {
  type AttachmentRow,
  attachmentColumns,
  attachments,
  findAttachment,
  kindsFor,
  printAttachment,
  readHold,
  scopesOfAttachments,
} from '../media/attachments.ts';
import { kindOfFile } from '../media/kind-of-file.ts';
import { freshKey, MediaFolder } from '../media/media-folder.ts';
import { readUploads, type Upload } from '../media/uploads.ts';
import { modelType } from '../resources/model-types.ts';
import { namedIds } from '../store/action-input.ts';
import { Invalid, rowRule } from '../store/refusals.ts';
import { readValue } from '../store/values.ts';

const nullable = (schema: object) => Type.Unsafe({ anyOf: [schema, { type: 'null' }] });
const text = Type.String();
const shown = Type.Object({
  pk: Type.Integer(),
  attachment: nullable({ type: 'string', description: 'Where the file is; it takes the right to view the row.' }),
  thumbnail: nullable(text),
  filename: text,
  link: nullable(text),
  comment: text,
  is_image: Type.Boolean(),
  upload_date: Type.String({ format: 'date' }),
  upload_user: nullable({ type: 'integer' }),
  user_detail: nullable({ type: 'object' }),
  file_size: nullable({ type: 'integer', description: 'In bytes.' }),
  model_type: text,
  model_id: Type.Integer(),
  tags: Type.Array(text),
});

const reading = { who: 'signed-in', scopes: scopesOfAttachments('view') } as const;
const changing = { who: 'signed-in', scopes: scopesOfAttachments('change') } as const;
const common = { tag: 'inventree' } as const;

type Body = Record<string, unknown>;
const bodyOf = ({ ctx }: Call): Body => {
  const body = (ctx.request as { body?: unknown }).body;
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Body) : {};
};

const list = endpoint({
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

const create = endpoint({
  ...common,
  method: 'post',
  path: '/api/attachment/',
  operation: changing,
  operationId: 'attachment_create',
  summary: 'Attach a file or a link',
  description: 'A file as `attachment` of a multipart form, or a `link`. It takes the right to change the row.',
  sends: {
    schema: {
      type: 'object',
      properties: {
        model_type: { type: 'string', examples: ['part'] },
        model_id: { type: 'integer', minimum: 1 },
        link: { type: 'string', maxLength: 2000 },
        comment: { type: 'string', maxLength: 250 },
      },
      required: ['model_type', 'model_id'],
    },
    example: { model_type: 'part', model_id: 1, link: 'https://example.org/', comment: 'Data sheet' },
  },
  responses: { 201: { description: 'Attached', schema: shown } },
  async handler(call) {
    const { ctx, services, principal } = call;
    kindsFor(principal, 'change');
    if (!ctx.is('multipart/form-data')) return { status: 201, body: await attach(call, bodyOf(call), null) };
    const { fields, files, discard } = await readUploads(ctx, services.config);
    try {
      return { status: 201, body: await attach(call, fields, files.get('attachment') ?? null) };
    } finally {
      await discard();
    }
  },
});

async function attach({ services, principal }: Call, fields: Body, file: Upload | null) {
  const media = new MediaFolder(services.config);
  const values = { ...textsOf(fields), upload_user_id: signedIn(principal).id };
  if (!file && !values.link) throw new Invalid({ [rowRule]: ['Missing file', 'Missing external link'] });
  const known = file && (await kindOfFile(file.path));
  let kept: string | null = null;
  try {
    const id = await services.knex.transaction(async (trx: Knex.Transaction) => {
      const hold = await readHold(trx, principal, fields);
      const key = file && freshKey(`attachments/${hold.model_type}`, file.name);
      const [row] = await trx('attachment')
        .insert({
          ...hold,
          ...values,
          ...(file && {
            file_key: key,
            file_name: file.name,
            file_size: file.size,
            content_type: known?.contentType,
            is_image: known?.isImage,
          }),
        })
        .returning('id');
      if (file && key) {
        await media.keep(file.path, key);
        kept = key;
      }
      const changes = Object.fromEntries(
        Object.entries({ ...hold, ...values, file_name: file?.name ?? '' }).map(([name, value]) => [
          name,
          { new: value },
        ]),
      );
      await audit(trx, principal, { action: 'create', resource: 'attachment', objectId: row.id, changes });
      return row.id as number;
    });
    return printAttachment(await findAttachment(services.knex, principal, id, 'change'));
  } catch (error) {
    if (kept) await media.remove(kept);
    throw error;
  }
}

const limits = { link: 2000, comment: 250 };

/** The texts among what was sent. @throws Invalid */
function textsOf(fields: Body): Partial<Record<keyof typeof limits, string>> {
  const errors: Record<string, string[]> = {};
  const values: Partial<Record<keyof typeof limits, string>> = {};
  for (const [name, most] of Object.entries(limits) as [keyof typeof limits, number][]) {
    const raw = fields[name] ?? undefined;
    if (raw === undefined) continue;
    const read = readValue({ kind: 'text', schema: {} }, raw);
    if ('error' in read) errors[name] = [read.error];
    else if (!String(read.value).isWellFormed()) errors[name] = ['This text has half characters.'];
    else if (String(read.value).length > most) errors[name] = [`This may have at most ${most} characters.`];
    else values[name] = String(read.value);
  }
  // Whoever reads it will follow it.
  if (values.link && !/^(https?|ftps?):\/\//i.test(values.link)) errors.link = ['Enter a valid URL.'];
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
  return values;
}

const read = endpoint({
  ...common,
  method: 'get',
  path: '/api/attachment/{id}/',
  operation: reading,
  operationId: 'attachment_retrieve',
  summary: 'Read about a file or link',
  responses: { 200: { description: 'The attachment', schema: shown } },
  handler: async ({ services, principal, id }) => ({
    body: printAttachment(await findAttachment(services.knex, principal, id, 'view')),
  }),
});

const change = (method: 'put' | 'patch', operationId: string): Endpoint =>
  endpoint({
    ...common,
    method,
    path: '/api/attachment/{id}/',
    operation: changing,
    operationId,
    summary: 'Change the comment or the link',
    description: 'The file stays, and so does what it hangs on.',
    sends: {
      schema: { type: 'object', properties: { comment: { type: 'string' }, link: { type: 'string' } } },
      example: { comment: 'Second edition' },
    },
    responses: { 200: { description: 'As it now is', schema: shown } },
    async handler(call) {
      const { services, principal, id } = call;
      const before = await findAttachment(services.knex, principal, id, 'change');
      const values = textsOf(bodyOf(call));
      const link = values.link ?? before.link;
      if (!link && before.file_key === null) throw new Invalid({ link: ['Missing external link'] });
      const differing = Object.entries(values).filter(([name, value]) => before[name as 'link' | 'comment'] !== value);
      if (differing.length > 0) {
        await services.knex.transaction(async (trx: Knex.Transaction) => {
          await trx('attachment').where({ id }).update(Object.fromEntries(differing));
          const changes = Object.fromEntries(
            differing.map(([name, value]) => [name, { old: before[name as 'link' | 'comment'], new: value }]),
          );
          await audit(trx, principal, { action: 'update', resource: 'attachment', objectId: id, changes });
        });
      }
      return { body: printAttachment({ ...before, ...values }) };
    },
  });

/** Deletes attachments, then their files: a file without a row is of no use, a row without its file is a lie. */
async function removeAll({ services, principal }: Call, ids: readonly number[]): Promise<void> {
  const gone = await services.knex.transaction(async (trx: Knex.Transaction) => {
    const rows: AttachmentRow[] = [];
    for (const id of ids) {
      const row = await findAttachment(trx, principal, id, 'change');
      if ((await trx('attachment').where({ id }).delete()) > 0) rows.push(row);
      const changes = { file_name: { old: row.file_name }, link: { old: row.link } };
      await audit(trx, principal, { action: 'delete', resource: 'attachment', objectId: id, changes });
    }
    return rows;
  });
  const media = new MediaFolder(services.config);
  for (const { file_key } of gone) if (file_key !== null) await media.remove(file_key);
}

const remove = endpoint({
  ...common,
  method: 'delete',
  path: '/api/attachment/{id}/',
  operation: changing,
  operationId: 'attachment_destroy',
  summary: 'Delete a file or link',
  description: 'It takes the right to change the row that it hangs on.',
  responses: { 204: { description: 'Deleted' } },
  async handler(call) {
    await removeAll(call, [call.id]);
    return { status: 204 };
  },
});

const removeSeveral = endpoint({
  ...common,
  method: 'delete',
  path: '/api/attachment/',
  operation: changing,
  operationId: 'attachment_bulk_destroy',
  summary: 'Delete several files or links',
  description: 'All of them, or none.',
  sends: {
    schema: { type: 'object', properties: { items: { type: 'array', items: { type: 'integer' }, minItems: 1 } } },
    example: { items: [1, 2] },
  },
  mayFail: ['missing'],
  responses: { 204: { description: 'Deleted' } },
  async handler(call) {
    await removeAll(call, namedIds(bodyOf(call).items));
    return { status: 204 };
  },
});

export const attachmentEndpoints: readonly Endpoint[] = [
  list,
  create,
  removeSeveral,
  read,
  change('put', 'attachment_update'),
  change('patch', 'attachment_partial_update'),
  remove,
];
