import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, errors, type JWK, jwtVerify } from 'jose';
import type { Knex } from 'knex';
import { isFirstUse } from './seen-proofs.ts';

/** What a proof may be signed with: asymmetric algorithms only (RFC 9449 §11.6). */
export const dpopAlgs = ['ES256', 'EdDSA', 'RS256', 'PS256'] as const;

/** How far the clock of whoever made a proof may be off, and so how long a proof counts; seconds. */
const window = 60;

/** What a request says about who sends it: the proof, and what the proof has to be about. */
export interface ProvedRequest {
  readonly proof: string;
  readonly method: string;
  /** Without query and fragment. */
  readonly url: string;
}

/**
 * Checks a DPoP proof (RFC 9449 §4.3): that it was made just now with its own key, for this request and the token that
 * comes with it, and that it was not used before.
 * @param token null: none comes with it, since one is asked for
 * @returns the thumbprint of its key
 * @throws JOSEError when it proves nothing
 */
export async function checkProof(
  db: Knex,
  token: string | null,
  { proof, method, url }: ProvedRequest,
): Promise<string> {
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
    typ: 'dpop+jwt',
    algorithms: [...dpopAlgs],
    requiredClaims: ['jti', 'htm', 'htu', 'iat', ...(token === null ? [] : ['ath'])],
  });
  const { jti, htm, htu, iat, ath } = payload;
  if (typeof jti !== 'string' || jti.length > 500) throw new errors.JWTInvalid('unexpected jti');
  if (Math.abs(Date.now() / 1000 - Number(iat)) > window) throw new errors.JWTInvalid('not made just now');
  if (htm !== method || plain(htu) !== plain(url)) throw new errors.JWTInvalid('made for another request');
  if (token !== null && ath !== createHash('sha256').update(token).digest('base64url')) {
    throw new errors.JWTInvalid('for another token');
  }
  const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk as JWK);
  if (!(await isFirstUse(db, `dpop ${thumbprint} ${jti}`, (Number(iat) + 2 * window) * 1000))) {
    throw new errors.JWTInvalid('used before');
  }
  return thumbprint;
}

/** An address without query and fragment, as URL parsers write it. */
function plain(address: unknown): string | null {
  const url = typeof address === 'string' ? URL.parse(address) : null;
  if (!url) return null;
  url.search = '';
  url.hash = '';
  return url.href;
}
