import type { Knex } from 'knex';
import { decide } from '../../shared/access/decide.ts';
import type { Principal } from '../../shared/access/principal.ts';
import { type Permission, roleNames } from '../../shared/access/roles.ts';
import { scopesFor } from '../../shared/access/scopes.ts';
import { resourceNamed } from '../resources/index.ts';
import { modelType, modelTypes } from '../resources/model-types.ts';
import { operationsOf } from '../store/operation.ts';
import { Forbidden, Invalid, NotFound } from '../store/refusals.ts';
import { readValue } from '../store/values.ts';

/** An attachment's row. */
export interface AttachmentRow {
  id: number;
  model_type: keyof typeof modelTypes;
  model_id: number;
  file_key: string | null;
  file_name: string;
  content_type: string;
  file_size: string | null;
  link: string;
  comment: string;
  is_image: boolean;
  upload_date: string;
  upload_user_id: number | null;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
}

/** What an attachment takes is what the row that it hangs on takes: to be read its view, for all else its change. */
export type Taken = Extract<Permission, 'view' | 'change'>;

const resourceOf = (kind: string) => resourceNamed(modelTypes[kind as keyof typeof modelTypes]);

/** The scopes that let a request for attachments through, whatever they hang on. */
export function scopesOfAttachments(taken: Taken): string[] {
  const roles = new Set(Object.keys(modelTypes).map((kind) => resourceOf(kind).role));
  return [...new Set(roleNames.filter((role) => roles.has(role)).flatMap((role) => scopesFor(role, taken)))];
}

/** The kinds of row whose attachments somebody may read or change. @throws Forbidden when there are none */
export function kindsFor(principal: Principal, taken: Taken): string[] {
  const kinds = Object.keys(modelTypes).filter((kind) => mayWith(principal, kind, taken));
  if (kinds.length === 0) throw new Forbidden('role');
  return kinds;
}

const mayWith = (principal: Principal, kind: string, taken: Taken): boolean =>
  decide(principal, operationsOf(resourceOf(kind), 'none')[taken]).allow === 'all';

/** Attachments with whoever uploaded them. */
export const attachments = (db: Knex): Knex.QueryBuilder =>
  db('attachment AS a').leftJoin('users AS u', 'u.id', 'a.upload_user_id');

export const attachmentColumns = ['a.*', 'u.username', 'u.first_name', 'u.last_name'];

/** One attachment. @throws NotFound, Forbidden when they may view it but not do this */
export async function findAttachment(db: Knex, principal: Principal, id: number, taken: Taken): Promise<AttachmentRow> {
  const row: AttachmentRow | undefined = await attachments(db).where('a.id', id).first(attachmentColumns);
  if (!row || !mayWith(principal, row.model_type, 'view')) {
    // Who may change but not view finds what they may change.
    if (!row || taken === 'view' || !mayWith(principal, row.model_type, taken)) throw new NotFound();
  }
  if (!mayWith(principal, row.model_type, taken)) throw new Forbidden('role');
  return row;
}

/** The row that something is to hang on, there and theirs to change. @throws Invalid, Forbidden */
export async function readHold(
  trx: Knex.Transaction,
  principal: Principal,
  { model_type, model_id }: Readonly<Record<string, unknown>>,
): Promise<{ model_type: string; model_id: number }> {
  const type = readValue(modelType(), model_type);
  const id = readValue({ kind: 'integer', schema: {} }, model_id);
  const errors: Record<string, string[]> = {
    ...('error' in type && { model_type: [model_type === undefined ? 'This field is required.' : type.error] }),
    ...('error' in id && { model_id: [model_id === undefined ? 'This field is required.' : id.error] }),
  };
  if ('error' in type || 'error' in id) throw new Invalid(errors);
  const kind = String(type.value);
  const number = Number(id.value);
  if (!mayWith(principal, kind, 'change')) throw new Forbidden('role', scopesFor(resourceOf(kind).role, 'change'));
  const inRange = number >= 1 && number <= 2_147_483_647;
  const there = inRange && (await trx(resourceOf(kind).table).where({ id: number }).forKeyShare().first('id'));
  if (!there) throw new Invalid({ model_id: ['There is no such object.'] });
  return { model_type: kind, model_id: number };
}

/** An attachment as InvenTree's clients read it. */
export function printAttachment(row: AttachmentRow): Record<string, unknown> {
  const { username, first_name, last_name } = row;
  const file = row.file_key === null ? null : mediaPath(row.file_key);
  return {
    pk: row.id,
    attachment: file,
    thumbnail: row.is_image ? file : null,
    filename: row.file_name,
    link: row.link || null,
    comment: row.comment,
    is_image: row.is_image,
    upload_date: row.upload_date,
    upload_user: row.upload_user_id,
    user_detail: row.upload_user_id && { pk: row.upload_user_id, username, first_name, last_name },
    file_size: row.file_size === null ? null : Number(row.file_size),
    model_type: row.model_type,
    model_id: row.model_id,
    tags: [],
  };
}

/** Where a file is served, from its key. */
export const mediaPath = (key: string): string => `/media/${key.split('/').map(encodeURIComponent).join('/')}`;
