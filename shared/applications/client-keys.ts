import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { say } from '../messages/say.ts';

/** Keys that one application may have at a time, so that it can rotate them. */
const mostKeys = 10;

/** Members of a JWK that only its owner may know (RFC 7518 §6). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth', 'priv'];

/** What an application signs its proofs with (RFC 7523); symmetric algorithms would take a shared secret. */
export const clientKeyAlgs = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const;

/** Says what is wrong with a set of public keys (RFC 7517); null when nothing is. */
export function problemWithKeys(jwks: unknown): string | null {
  const keys = typeof jwks === 'object' && jwks !== null && 'keys' in jwks ? jwks.keys : null;
  if (!Array.isArray(keys) || keys.length === 0) return say('application-fields.key-set', { form: '{"keys": […]}' });
  if (keys.length > mostKeys) return say('application-fields.most-keys', { most: mostKeys });
  for (const [index, key] of keys.entries()) {
    const problem = problemWithKey(key);
    if (problem) return say('application-fields.key-problem', { number: index + 1, problem });
  }
  const kids = keys.map(({ kid }) => kid).filter((kid) => kid !== undefined);
  return new Set(kids).size < kids.length ? say('application-fields.same-kid') : null;
}

function problemWithKey(key: unknown): string | null {
  if (typeof key !== 'object' || key === null) return say('application-fields.no-object');
  if (secretMembers.some((member) => member in key)) return say('application-fields.private-half');
  const { kid, alg, use } = key as Record<string, unknown>;
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > 200)) return say('application-fields.kid');
  if (alg !== undefined && !(clientKeyAlgs as readonly unknown[]).includes(alg)) {
    return say('application-fields.alg', { algs: clientKeyAlgs.join(', ') });
  }
  if (use !== undefined && use !== 'sig') return say('application-fields.use');
  try {
    const made = createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
    const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = made;
    if (kind === 'rsa') return (details?.modulusLength ?? 0) < 2048 ? say('application-fields.rsa') : null;
    if (kind === 'ec') return details?.namedCurve === 'prime256v1' ? null : say('application-fields.curve');
    return kind === 'ed25519' ? null : say('application-fields.kind');
  } catch {
    return say('application-fields.no-key');
  }
}
