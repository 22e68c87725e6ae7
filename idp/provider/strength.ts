import { type Interaction, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { isStrength, type Strength, strengthOf, strengths } from '../../shared/identity/authentication-strength.ts';
import type { Session } from '../../shared/identity/sessions.ts';

const { Check } = interactionPolicy;

/** Why a person is sent to sign in again who asked for more than their session proves. */
export const strengthReason = 'acr_values';

/** What an application wants of how its person proved who they are (`acr_values`), of what there is. */
const wantedIn = (asked: unknown): Strength[] =>
  String(asked ?? '')
    .split(' ')
    .filter(isStrength);

/** Whether one of these is reached. Who used a passkey reached what two factors do. */
const reaches = (reached: Strength, wanted: readonly Strength[]): boolean =>
  wanted.some((strength) => strengths.indexOf(strength) <= strengths.indexOf(reached));

/**
 * The library's policy, and one reason more to ask for a sign-in: `acr_values` names nothing that the session reaches
 * (RFC 9470 §4). It is asked for once; a token says what was proved at last (OpenID Connect Core §3.1.2.1).
 */
export function promptPolicy(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.get('login')?.checks.add(
    new Check(strengthReason, 'the person has to prove more', ({ oidc }: KoaContextWithOIDC) => {
      const wanted = wantedIn(oidc.params?.acr_values);
      const reached = oidc.session?.acr;
      const content =
        !oidc.session?.accountId || wanted.length === 0 || (isStrength(reached) && reaches(reached, wanted));
      if (content || oidc.result?.login || oidc.prompts.has('none')) return Check.NO_NEED_TO_PROMPT;
      return Check.REQUEST_PROMPT;
    }),
  );
  return policy;
}

/**
 * Whether signing in again would get an application what it wants: a passkey, where it insists on one and the person has
 * one. Whoever has any second factor used it for this session.
 */
export function couldProveMore({ params }: Interaction, session: Session, passkeys: number): boolean {
  const wanted = wantedIn(params.acr_values);
  return wanted.length > 0 && !reaches(strengthOf(session.amr), wanted) && wanted.includes('phr') && passkeys > 0;
}
