import type { Knex } from 'knex';
import { audit } from '../../../shared/audit.ts';
import { type Endpoint, endpoint } from '../../me/endpoint.ts';
import { findAttachment, printAttachment } from '../../media/attachments.ts';
import { Invalid } from '../../store/refusals.ts';
import { bodyOf, textsOf } from './fields.ts';
import { changing, common, reading, shown } from './shape.ts';

export const read = endpoint({
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

export const change = (method: 'put' | 'patch', operationId: string): Endpoint =>
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
