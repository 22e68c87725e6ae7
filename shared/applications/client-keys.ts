import { createPublicKey, type JsonWebKey } from 'node:crypto';

/** Keys that one application may have at a time, so that it can rotate them. */
const mostKeys = 10;

/** Members of a JWK that only its owner may know (RFC 7518 §6). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth', 'priv'];

/** What an application signs its proofs with (RFC 7523); symmetric algorithms would take a shared secret. */
export const clientKeyAlgs = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const;

/** Says what is wrong with a set of public keys (RFC 7517); null when nothing is. */
export function problemWithKeys(jwks: unknown): string | null {
  const keys = typeof jwks === 'object' && jwks !== null && 'keys' in jwks ? jwks.keys : null;
  if (!Array.isArray(keys) || keys.length === 0) return 'This must be a JSON Web Key Set: {"keys": […]}.';
  if (keys.length > mostKeys) return `Name at most ${mostKeys} keys.`;
  for (const [index, key] of keys.entries()) {
    const problem = problemWithKey(key);
    if (problem) return `Key ${index + 1}: ${problem}`;
  }
  const kids = keys.map(({ kid }) => kid).filter((kid) => kid !== undefined);
  return new Set(kids).size < kids.length ? 'Two keys have the same «kid».' : null;
}

function problemWithKey(key: unknown): string | null {
  if (typeof key !== 'object' || key === null) return 'is not an object.';
  if (secretMembers.some((member) => member in key)) return 'holds its private half. Send the public half only.';
  const { kid, alg, use } = key as Record<string, unknown>;
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > 200)) return '«kid» must be a short text.';
  if (alg !== undefined && !(clientKeyAlgs as readonly unknown[]).includes(alg)) {
    return `«alg» must be one of ${clientKeyAlgs.join(', ')}.`;
  }
  if (use !== undefined && use !== 'sig') return '«use» must be sig.';
  try {
    const made = createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
    const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = made;
    if (kind === 'rsa') return (details?.modulusLength ?? 0) < 2048 ? 'RSA takes 2048 bits or more.' : null;
    if (kind === 'ec') return details?.namedCurve === 'prime256v1' ? null : 'the curve must be P-256.';
    return kind === 'ed25519' ? null : 'must be an EC, RSA or Ed25519 key.';
  } catch {
    return 'is no public key.';
  }
}
