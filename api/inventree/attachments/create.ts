import type { Knex } from 'knex';
import { audit } from '../../../shared/audit.ts';
import { type Call, endpoint, signedIn } from '../../me/endpoint.ts';
import { findAttachment, kindsFor, printAttachment, readHold } from '../../media/attachments.ts';
import { kindOfFile } from '../../media/kind-of-file.ts';
import { freshKey, MediaFolder } from '../../media/media-folder.ts';
import { readUploads, type Upload } from '../../media/uploads.ts';
import { Invalid, rowRule } from '../../store/refusals.ts';
import { type Body, bodyOf, textsOf } from './fields.ts';
import { changing, common, shown } from './shape.ts';

export const create = endpoint({
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
        attachment: { type: 'string', format: 'binary', description: 'The file, of a multipart form.' },
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
