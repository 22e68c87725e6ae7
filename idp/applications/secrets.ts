import type { Knex } from 'knex';
import { raw } from 'objection';
import { type Actor, audit } from '../../shared/audit.ts';
import { randomSecret, sha256 } from '../../shared/identity/secrets.ts';
import type { Application } from '../../shared/models/application.ts';
import { ApplicationSecret } from '../../shared/models/application-secret.ts';
import { revokeApplication } from '../provider/revoke.ts';

/** Lets secret scanners know one when they see it. */
const prefix = 'qms_';

/** Hours that an old secret goes on working when it is exchanged without haste. */
export const overlapHours = 24;

/** Gives an application a secret. The answer is the only place where it stands in clear. */
export async function addSecret(trx: Knex, applicationId: number): Promise<string> {
  const clear = prefix + randomSecret();
  await ApplicationSecret.query(trx).insert({ application_id: applicationId, secret_hash: sha256(clear) });
  return clear;
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
    await revokeApplication(trx, application.client_id);
  } else {
    await old.patch({ expires_at: raw('least(expires_at, now() + make_interval(hours => ?))', [overlapHours]) });
  }
  const clear = await addSecret(trx, application.id);
  const changes = { old_secret: { new: atOnce ? 'ended' : `ends in ${overlapHours} hours` } };
  await audit(trx, actor, { action: 'rotate_secret', resource: 'application', objectId: application.id, changes });
  return clear;
}
