import { resetFactorsOf } from '../../../shared/people/factors.ts';
import { revokeTokensOf } from '../../../shared/people/tokens.ts';
import { Conflict } from '../../store/refusals.ts';
import type { Action, Change } from '../declaration.ts';
import { sendPasswordReset } from './password-reset.ts';

const idOf = ({ before }: Change): number => before?.id as number;

/** Lets somebody choose another password by a letter; until then, that of before goes on. */
const resetPassword: Action = {
  label: 'Send a password link',
  superusersOnly: true,
  async run(change) {
    if (!change.before?.is_active || change.before.is_service) {
      throw new Conflict('Nobody signs in as them with a password.');
    }
    await sendPasswordReset(change.trx, change.principal, idOf(change));
    return undefined;
  },
};

/** Ends every API token of somebody and whatever applications hold in their name. Browsers stay signed in. */
const revokeTokens: Action = {
  label: 'Revoke tokens',
  superusersOnly: true,
  confirm: true,
  async run(change) {
    await revokeTokensOf(change.trx, change.principal, idOf(change));
    return undefined;
  },
};

/** Takes the second factors of somebody away who lost them, and signs them out. */
const resetFactors: Action = {
  label: 'Take second factors away',
  superusersOnly: true,
  confirm: true,
  async run(change) {
    await resetFactorsOf(change.trx, change.principal, idOf(change));
    return undefined;
  },
};

export const accessActions = { reset_password: resetPassword, revoke_tokens: revokeTokens, reset_mfa: resetFactors };
