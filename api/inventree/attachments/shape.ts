import Type from 'typebox';
import { scopesOfAttachments } from '../../media/attachments.ts';

/** A value of this schema, or null. */
export const nullable = (schema: object) => Type.Unsafe({ anyOf: [schema, { type: 'null' }] });
export const text = Type.String();

/** An attachment as it is answered. */
export const shown = Type.Object({
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

/** What reading takes, and what all else does. */
export const reading = { who: 'signed-in', scopes: scopesOfAttachments('view') } as const;
export const changing = { who: 'signed-in', scopes: scopesOfAttachments('change') } as const;
export const common = { tag: 'inventree' } as const;
