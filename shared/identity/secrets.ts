import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** A key of 32 bytes for one purpose, from the installation's secret key; another purpose gives another key (RFC 5869). */
export function deriveKey(secretKey: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, 'quartermaster', purpose, 32));
}

/** SHA-256, for secrets that are random and long; passwords go through `passwords.ts`. */
export const sha256 = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** HMAC-SHA-256 under a derived key. */
export const hmac = (key: Buffer, message: string): Buffer => createHmac('sha256', key).update(message).digest();

/** A random secret of `bytes` bytes, base64url. */
export const randomSecret = (bytes = 32): string => randomBytes(bytes).toString('base64url');

/** Compares without telling by time how much was equal. */
export function sameSecret(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Encrypts with AES-256-GCM; the answer is nonce, tag and ciphertext in one. */
export function seal(key: Buffer, clear: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const body = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** Reverses {@link seal}; throws when the key is another one or the bytes were changed. */
export function unseal(key: Buffer, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(12, 28));
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
}
