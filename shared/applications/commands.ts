import { randomInt } from 'node:crypto';
import type { Knex } from 'knex';
import { type Actor, audit } from '../audit.ts';
import { say } from '../messages/say.ts';
import { Application, scopesAllowedTo } from '../models/application.ts';
import { FieldRefused } from './field-refused.ts';
import { type ApplicationWish, type StoredFields, storedFields } from './fields.ts';
import { logoFrom } from './logo.ts';
import { insertSecret, insertSecretHash } from './secrets.ts';
import { chosenServiceUser } from './service-users.ts';

/** What an application that registers itself was given already (RFC 7591). */
export interface SelfRegistered {
  readonly client_id: string;
  readonly secretHash: Buffer | null;
}

/**
 * Registers an application; one that proves itself by a secret gets its first, which only this answer holds in clear.
 * @throws FieldRefused
 */
export function registerApplication(
  knex: Knex,
  wish: ApplicationWish,
  actor: Actor,
  registered?: SelfRegistered,
): Promise<{ id: number; secret: string | null }> {
  return knex.transaction(async (trx) => {
    const fields = { ...storedFields(wish), service_user_id: await serviceUserFor(trx, wish, null, actor) };
    const application = await Application.query(trx)
      .insert({
        ...fields,
        client_id: registered?.client_id ?? newClientId(),
        created_by: actor.person?.id ?? null,
        self_registered: registered !== undefined,
      })
      .returning('*');
    const bySecret = wish.client_type === 'confidential' && wish.auth_method === 'client_secret';
    const secret = bySecret && !registered ? (await insertSecret(trx, application.id)).clear : null;
    if (bySecret && registered?.secretHash) await insertSecretHash(trx, application.id, registered.secretHash);
    const changes = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, { new: value }]));
    await audit(trx, actor, { action: 'create', resource: 'application', objectId: application.id, changes });
    return { id: application.id, secret };
  });
}

/**
 * Changes an application. Access tokens that hold more than it may ask for now end at once; connected people stay
 * connected, and it gets tokens with less.
 * @param seen `updated_at` of what the form was filled from; null: whatever it is
 * @throws FieldRefused
 * @returns false when somebody else changed it since
 */
export function changeApplication(
  knex: Knex,
  { id, wish, seen }: { id: number; wish: ApplicationWish; seen: string | null },
  actor: Actor,
): Promise<boolean> {
  return knex.transaction(async (trx) => {
    const before = await Application.query(trx).findById(id).forUpdate();
    if (!before || (seen !== null && before.updated_at.toISOString() !== seen)) return false;
    const service_user_id = await serviceUserFor(trx, wish, before.service_user_id, actor);
    const after = { ...storedFields(wish), client_type: before.client_type, service_user_id };
    const changes = differences(before, after);
    if (Object.keys(changes).length === 0) return true;
    await Application.query(trx)
      .findById(id)
      .patch({ ...after, updated_at: new Date() });
    if (isLess(before, after)) await endAccessTokens(trx, before.client_id);
    await audit(trx, actor, { action: 'update', resource: 'application', objectId: id, changes });
    return true;
  });
}

/** Switches an application on or off. Off, everything that was issued to it ends; the database sees to that. */
export function switchApplication(
  knex: Knex,
  { id, enabled }: { id: number; enabled: boolean },
  actor: Actor,
): Promise<void> {
  return knex.transaction(async (trx) => {
    const switched = await Application.query(trx)
      .findById(id)
      .where({ enabled: !enabled })
      .patch({ enabled, updated_at: new Date() });
    if (!switched) return;
    const changes = { enabled: { old: !enabled, new: enabled } };
    await audit(trx, actor, { action: enabled ? 'enable' : 'disable', resource: 'application', objectId: id, changes });
  });
}

/**
 * Gives an application a logo, or takes it away.
 * @param image as it was uploaded
 * @throws FieldRefused when it is no image
 */
export async function setLogo(knex: Knex, id: number, image: Buffer | null, actor: Actor): Promise<void> {
  const logo = image && (await logoFrom(image));
  await knex.transaction(async (trx) => {
    await Application.query(trx).findById(id).patch({ logo, updated_at: new Date() });
    const changes = { logo: { new: logo ? `${logo.length} bytes` : null } };
    await audit(trx, actor, { action: 'update', resource: 'application', objectId: id, changes });
  });
}

/** Deletes an application with its secrets; the database ends everything that was issued to it. */
export function deleteApplication(knex: Knex, application: Application, actor: Actor): Promise<void> {
  return knex.transaction(async (trx) => {
    if ((await Application.query(trx).deleteById(application.id)) === 0) return;
    const changes = { name: { old: application.name }, client_id: { old: application.client_id } };
    await audit(trx, actor, { action: 'delete', resource: 'application', objectId: application.id, changes });
  });
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Forty letters and digits, as clients of django-oauth-toolkit know it. */
const newClientId = () => Array.from({ length: 40 }, () => alphabet[randomInt(alphabet.length)]).join('');

async function serviceUserFor(
  trx: Knex,
  wish: ApplicationWish,
  chosen: number | null,
  actor: Actor,
): Promise<number | null> {
  if (!wish.grant_types.includes('client_credentials')) return null;
  const choice = { wanted: wish.service_user, applicationName: wish.name, chosen };
  const id = await chosenServiceUser(trx, choice, actor);
  if (id === undefined) throw new FieldRefused('service_user', say('application-fields.service-user-gone'));
  return id;
}

type Stored = StoredFields & { readonly service_user_id: number | null };

function differences(before: Application, after: Stored): Record<string, { old: unknown; new: unknown }> {
  const fields = Object.keys(after) as (keyof Stored)[];
  const changed = fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
  return Object.fromEntries(changed.map((field) => [field, { old: before[field], new: after[field] }]));
}

/** Whether an application may ask for less than before, or in fewer ways. */
function isLess(before: Application, after: Stored): boolean {
  const allowed = scopesAllowedTo(after);
  const grants: readonly string[] = after.grant_types;
  return (
    scopesAllowedTo(before).some((scope) => !allowed.includes(scope)) ||
    before.grant_types.some((grant) => !grants.includes(grant))
  );
}

/** The grants are locked first: whoever is issuing under one is waited for, and what they issue ends too. */
async function endAccessTokens(trx: Knex, clientId: string): Promise<void> {
  await trx('oidc_artifacts')
    .where({ kind: 'Grant', client_id: clientId })
    .orderBy('id_hash')
    .forUpdate()
    .select('kind');
  await trx('oidc_artifacts')
    .where({ client_id: clientId })
    .whereIn('kind', ['AccessToken', 'ClientCredentials'])
    .delete();
  // What other services made of its tokens holds no more than they did.
  await trx.raw(
    `SELECT end_grant(e.grant_id) FROM exchanged_grants e JOIN oidc_artifacts g ON g.grant_id = e.from_grant_id
      WHERE g.kind = 'Grant' AND g.client_id = ?`,
    [clientId],
  );
}
