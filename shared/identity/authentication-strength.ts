/** How well somebody proved who they are, the least first. Tokens say it as `acr` (OpenID Connect Core §2). */
export const strengths = ['pwd', 'mfa', 'phr'] as const;
export type Strength = (typeof strengths)[number];

export const isStrength = (word: unknown): word is Strength => strengths.some((strength) => strength === word);

/** Methods (RFC 8176) that cannot be phished: keys held by a device or an account of its person. */
const phishingResistant = ['hwk', 'swk'];

/**
 * `phr`: by a passkey, as OpenID's EAP ACR Values call it; `mfa`: by a password and something else; `pwd`: by one factor.
 * @param amr how it was proved, by the names of RFC 8176
 */
export function strengthOf(amr: readonly string[]): Strength {
  if (amr.some((method) => phishingResistant.includes(method))) return 'phr';
  return amr.includes('mfa') ? 'mfa' : 'pwd';
}
