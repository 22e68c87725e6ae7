import type { Knex } from 'knex';
import { raw } from 'objection';
import { type Actor, audit } from '../audit.ts';
import { randomSecret, sha256 } from '../identity/secrets.ts';
import { say } from '../messages/say.ts';
import type { Application } from '../models/application.ts';
import { ApplicationSecret } from '../models/application-secret.ts';
import { FieldRefused } from './field-refused.ts';

/** Lets secret scanners know one when they see it. */
const prefix = 'qms_';

/** Hours that an old secret goes on working when it is exchanged without haste. */
export const overlapHours = 24;

/** Most secrets that one application has at a time. */
export const mostSecrets = 10;

/** What people say of a new secret. */
export interface SecretWish {
  readonly name: string;
  /** Null: it does not end by itself. */
  readonly expires_at: Date | null;
}

/** What is wrong with a new secret, by field. */
export function wrongWithSecret({ name, expires_at: end }: SecretWish): Record<string, string> {
  return {
    ...(name.length > 100 && { name: say('application-fields.too-long', { most: 100 }) }),
    ...(end && end.getTime() <= Date.now() && { expires_at: say('application-fields.coming-day') }),
  };
}

/** Gives an application a secret. The answer is the only place where it stands in clear. */
export async function insertSecret(
  trx: Knex,
  applicationId: number,
  { name, expires_at }: SecretWish = { name: '', expires_at: null },
): Promise<{ id: number; clear: string }> {
  const clear = prefix + randomSecret();
  const row = { application_id: applicationId, name, secret_hash: sha256(clear), expires_at };
  const { id } = await ApplicationSecret.query(trx).insert(row).returning('id');
  return { id, clear };
}

/** Keeps the hash of a secret that somebody else made. */
export async function insertSecretHash(trx: Knex, applicationId: number, hash: Buffer): Promise<void> {
  await ApplicationSecret.query(trx).insert({ application_id: applicationId, secret_hash: hash });
}

/**
 * Gives an application one more secret; those that it has go on working.
 * @throws FieldRefused when it has too many
 */
export function addSecret(
  knex: Knex,
  application: Application,
  wish: SecretWish,
  actor: Actor,
): Promise<{ id: number; clear: string }> {
  return knex.transaction(async (trx) => {
    await trx('applications').where({ id: application.id }).forUpdate().first('id');
    const count = await ApplicationSecret.query(trx).where({ application_id: application.id }).resultSize();
    if (count >= mostSecrets)
      throw new FieldRefused('name', say('application-fields.most-secrets', { most: mostSecrets }));
    const made = await insertSecret(trx, application.id, wish);
    const changes = { secret: { new: wish.name || made.id }, expires_at: { new: wish.expires_at } };
    await audit(trx, actor, { action: 'add_secret', resource: 'application', objectId: application.id, changes });
    return made;
  });
}

/** Ends one secret of an application. What was issued with it stays. @returns false when there is no such secret */
export function endSecret(knex: Knex, application: Application, secretId: number, actor: Actor): Promise<boolean> {
  return knex.transaction(async (trx) => {
    const which = { id: secretId, application_id: application.id };
    const [gone] = await ApplicationSecret.query(trx).where(which).delete().returning('name');
    if (!gone) return false;
    const changes = { secret: { old: gone.name || secretId } };
    await audit(trx, actor, { action: 'end_secret', resource: 'application', objectId: application.id, changes });
    return true;
  });
}

/**
 * Exchanges the secret of an application. `atOnce`, as after a leak: the old one and everything that was issued with it
 * end now. Otherwise the old one works for {@link overlapHours} more, and nothing is interrupted.
 * @returns the new secret in clear
 */
export async function rotateSecret(
  trx: Knex.Transaction,
  { application, atOnce }: { application: Application; atOnce: boolean },
  actor: Actor,
): Promise<string> {
  const old = ApplicationSecret.query(trx).where({ application_id: application.id });
  if (atOnce) {
    await old.delete();
    await trx.raw('SELECT end_everything_for(?)', [application.client_id]);
  } else {
    await old.patch({ expires_at: raw('least(expires_at, now() + make_interval(hours => ?))', [overlapHours]) });
  }
  const { clear } = await insertSecret(trx, application.id);
  const changes = { old_secret: { new: atOnce ? 'ended' : `ends in ${overlapHours} hours` } };
  await audit(trx, actor, { action: 'rotate_secret', resource: 'application', objectId: application.id, changes });
  return clear;
}
