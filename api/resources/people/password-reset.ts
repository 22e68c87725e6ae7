import type { Knex } from 'knex';
import type { Principal } from '../../../shared/access/principal.ts';
import { sendReset } from '../../../shared/identity/invitation.ts';
import { Conflict, NotFound } from '../../store/refusals.ts';

/** Sends somebody a link by which they choose another password. @throws NotFound, Conflict */
export async function sendPasswordReset(trx: Knex, principal: Principal, userId: number): Promise<void> {
  const refused = await sendReset(trx, principal, userId);
  if (refused === 'no such person') throw new NotFound('Not found.');
  if (refused === 'no address') throw new Conflict('There is no e-mail address to write to.');
  if (refused) throw new Conflict('They have no password yet. Invite them.');
}
