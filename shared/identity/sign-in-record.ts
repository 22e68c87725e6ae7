import type { Knex } from 'knex';
import type { Principal } from '../access/principal.ts';
import { type AuditEntry, audit } from '../audit.ts';

/** The request that brought a proof, without its query: secrets may stand there. */
export interface SignInRequest {
  readonly method: string;
  readonly path: string;
}

/** Paths are as long as their senders like; so many characters of one are kept. */
const mostKept = 200;

/** What the record of sign-ins keeps of a request. `url` is all that came after the method, as it came. */
export function signInRequest(method: string, url: string): SignInRequest {
  const path = URL.canParse(url, 'http://here') ? new URL(url, 'http://here').pathname : '';
  return { method: method.slice(0, 20), path: path.slice(0, mostKept) };
}

const facts = (request: SignInRequest | undefined): AuditEntry['changes'] =>
  request && { request_method: { new: request.method }, request_path: { new: request.path } };

/**
 * Notes that somebody signed in, on their account and in the audit trail.
 * @param amr how they proved it (RFC 8176)
 */
export async function recordSignIn(
  trx: Knex,
  principal: Principal,
  amr: readonly string[],
  request?: SignInRequest,
): Promise<void> {
  const { person } = principal;
  if (!person) throw new Error('Nobody signed in');
  await trx('users').where({ id: person.id }).update({ last_login: trx.fn.now() });
  const changes = { amr: { new: amr }, ...facts(request) };
  await audit(trx, principal, { action: 'sign_in', resource: 'user', objectId: person.id, changes });
}

/** Notes in the audit trail that a proof was refused that somebody gave for an account, if there is one. */
export function recordRefusal(
  db: Knex,
  principal: Principal,
  userId: number | null,
  request?: SignInRequest,
  more: AuditEntry['changes'] = {},
): Promise<void> {
  const changes = { ...more, ...facts(request) };
  return audit(db, principal, { action: 'sign_in_refused', resource: 'user', objectId: userId, changes });
}
