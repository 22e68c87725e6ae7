import type { Knex } from 'knex';
import { Secret, TOTP } from 'otpauth';
import { renderSVG } from 'uqr';
import { deriveKey, seal, unseal } from '../../shared/identity/secrets.ts';

/** Codes of the 30 seconds before and after count too: clocks differ, and typing takes time (RFC 6238 §5.2). */
const tolerance = 1;

/** RFC 6238 with what every authenticator app takes: SHA-1, six digits, thirty seconds. */
const totpOf = (secret: string, about: { issuer?: string; label?: string } = {}) =>
  new TOTP({ ...about, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 });

/** A secret that somebody is about to put into their app. */
export interface OfferedSecret {
  /** Base 32, for typing. */
  readonly secret: string;
  /** For the app on this very device. */
  readonly uri: string;
  /** For the camera of another one. */
  readonly qr: string;
  /** The secret as the form carries it: sealed, for this person, for a while. */
  readonly sealed: string;
}

/** How long somebody may take to put a secret into their app; milliseconds. */
const offerLasts = 30 * 60_000;

/** Makes a secret, or shows again the one that a form carried. Nothing is stored until a code proves that the app has it. */
export function offerSecret(
  secretKey: string,
  { userId, username, issuer }: { userId: number; username: string; issuer: string },
  given?: string,
): OfferedSecret {
  const before = given === undefined ? null : secretOf(secretKey, userId, given);
  const secret = before ?? new Secret({ size: 20 }).base32;
  // A colon parts issuer and name in the URI.
  const uri = totpOf(secret, { issuer: issuer.replaceAll(':', ' '), label: username.replaceAll(':', ' ') }).toString();
  const sealed = JSON.stringify({ secret, userId, until: Date.now() + offerLasts });
  return {
    secret,
    uri,
    qr: renderSVG(uri, { border: 2 }),
    sealed: seal(offerKey(secretKey), sealed).toString('base64url'),
  };
}

/**
 * Keeps the secret that a form carried, once a code shows that the app has it. It replaces one of before.
 * Answers false when the code is wrong or the offer too old.
 */
export async function addAuthenticatorApp(
  trx: Knex,
  secretKey: string,
  { userId, sealed, code }: { userId: number; sealed: string; code: string },
): Promise<boolean> {
  const secret = secretOf(secretKey, userId, sealed);
  const step = secret && stepOf(secret, code);
  if (!secret || step === null) return false;
  const kept = { sealed_secret: seal(factorKey(secretKey), secret), last_step: step };
  // Deleted and made anew, so that everybody hears of the change.
  await trx('authenticator_apps').where({ user_id: userId }).delete();
  await trx('authenticator_apps').insert({ user_id: userId, ...kept });
  return true;
}

/** Takes a code of the person's app; each counts once, and so does any before it. */
export async function useAuthenticatorCode(
  db: Knex,
  secretKey: string,
  { userId, code }: { userId: number; code: string },
): Promise<boolean> {
  const row = await db('authenticator_apps')
    .where({ user_id: userId })
    .first<{ sealed_secret: Buffer } | undefined>('sealed_secret');
  const step = row ? stepOf(unseal(factorKey(secretKey), row.sealed_secret), code) : null;
  if (!row || step === null) return false;
  const used = await db('authenticator_apps')
    .where({ user_id: userId, sealed_secret: row.sealed_secret })
    .where('last_step', '<', step)
    .update({ last_step: step, last_used_at: db.fn.now() });
  return used > 0;
}

/** The 30 seconds whose code this is, counted from 1970; null when it is no code of now. */
function stepOf(secret: string, code: string): number | null {
  const digits = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) return null;
  const totp = totpOf(secret);
  const timestamp = Date.now();
  const delta = totp.validate({ token: digits, window: tolerance, timestamp });
  return delta === null ? null : totp.counter({ timestamp }) + delta;
}

function secretOf(secretKey: string, userId: number, sealed: string): string | null {
  try {
    const offer = JSON.parse(unseal(offerKey(secretKey), Buffer.from(sealed, 'base64url')));
    return offer.userId === userId && offer.until > Date.now() ? offer.secret : null;
  } catch {
    return null; // Changed on its way.
  }
}

const offerKey = (secretKey: string) => deriveKey(secretKey, 'offered second factor');
const factorKey = (secretKey: string) => deriveKey(secretKey, 'second factors');
