import type { Knex } from 'knex';
import { audit } from '../../../shared/audit.ts';
import { type Call, endpoint } from '../../me/endpoint.ts';
import { type AttachmentRow, findAttachment } from '../../media/attachments.ts';
import { MediaFolder } from '../../media/media-folder.ts';
import { namedIds } from '../../store/action-input.ts';
import { bodyOf } from './fields.ts';
import { changing, common } from './shape.ts';

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

export const remove = endpoint({
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

export const removeSeveral = endpoint({
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
