import type { Knex } from 'knex';
import type { Config } from '../config.ts';
import { deriveKey, hmac, sameSecret } from './secrets.ts';

/** What a link in a letter is for; minutes that it is good for, and the page that it opens. */
export const linkPurposes = {
  reset: { minutes: 30, path: '/accounts/reset/new/' },
  invitation: { minutes: 7 * 24 * 60, path: '/accounts/invitation/' },
  address: { minutes: 24 * 60, path: '/accounts/address/confirm/' },
} as const;
export type LinkPurpose = keyof typeof linkPurposes;

/** A link that can be used. */
export interface MailLink {
  readonly id: string;
  readonly userId: number;
  readonly username: string;
  /** Where it was sent. */
  readonly email: string;
}

/** Makes a link for a letter to `email`. @returns its id, which opens nothing */
export async function newMailLink(
  trx: Knex,
  { userId, purpose, email }: { userId: number; purpose: LinkPurpose; email: string },
): Promise<string> {
  const expires_at = trx.raw('now() + make_interval(mins => ?)', [linkPurposes[purpose].minutes]);
  const [row] = await trx('mail_links').insert({ user_id: userId, purpose, email, expires_at }).returning('id');
  return row.id;
}

/** The address that a letter tells: below `PUBLIC_URL`, whatever a request said. */
export function linkAddress(
  { publicUrl, secretKey }: Pick<Config, 'publicUrl' | 'secretKey'>,
  purpose: LinkPurpose,
  id: string,
): string {
  const mac = macOf(secretKey, purpose, id).toString('base64url');
  return `${publicUrl}${linkPurposes[purpose].path}?link=${id}.${mac}`;
}

/** Looks the link of an address up; null when it is not one of ours, was used, or its time is over. */
export async function findMailLink(
  db: Knex,
  secretKey: string,
  purpose: LinkPurpose,
  written: string,
): Promise<MailLink | null> {
  const [, id, mac] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/.exec(written) ?? [];
  if (!id || !mac || !sameSecret(macOf(secretKey, purpose, id), Buffer.from(mac, 'base64url'))) return null;
  const row = await usable(db, purpose, id).first('mail_links.*', 'users.username');
  return row ? { id, userId: row.user_id, username: row.username, email: row.email } : null;
}

/** Uses a link up. Of two who do so at the same time one gets true. */
export async function useMailLink(trx: Knex, purpose: LinkPurpose, id: string): Promise<boolean> {
  const used = await trx('mail_links')
    .whereIn('id', usable(trx, purpose, id).select('mail_links.id'))
    .where({ used_at: null })
    .update({ used_at: trx.fn.now() });
  return used > 0;
}

/** A link is for somebody who may sign in; one that sets a password goes by the address that they still have. */
function usable(db: Knex, purpose: LinkPurpose, id: string) {
  const links = db('mail_links')
    .join('users', 'users.id', 'mail_links.user_id')
    .where({ 'mail_links.id': id, purpose, used_at: null, is_active: true, is_service: false })
    .where('expires_at', '>', db.fn.now());
  return purpose === 'address' ? links : links.whereRaw('lower(mail_links.email) = lower(users.email)');
}

const macOf = (secretKey: string, purpose: LinkPurpose, id: string): Buffer =>
  hmac(deriveKey(secretKey, 'mail links'), `${purpose} ${id}`);
