import type { AdapterPayload } from 'oidc-provider';
import { deriveKey, hmac, seal, unseal } from '../../shared/identity/secrets.ts';

/** Ids of other artifacts that a payload holds, which open something. */
const sealedFields = ['deviceCode', 'parJti'] as const;

/** Keeps secrets out of what is stored: ids are left out, what has to be read again is sealed. */
export class Payloads {
  readonly #sealingKey: Buffer;
  readonly #userCodeKey: Buffer;

  constructor(secretKey: string) {
    this.#sealingKey = deriveKey(secretKey, 'provider artifacts');
    this.#userCodeKey = deriveKey(secretKey, 'user codes');
  }

  /** What of a payload is stored. */
  toStore(kind: string, { jti, userCode: _, ...payload }: AdapterPayload): AdapterPayload {
    const stored = { ...payload };
    for (const field of sealedFields) {
      if (typeof stored[field] === 'string') stored[field] = this.#seal(stored[field]);
    }
    // Nothing reads it, and it is the session's cookie.
    if (stored.session) stored.session = { ...stored.session, cookie: undefined };
    // The confirming browser knows the user code only; approving stores the code under its own id.
    if (kind === 'DeviceCode' && jti) stored.sealedId = this.#seal(jti);
    return stored;
  }

  /** The payload of what was stored; with its id, where whoever asks knows it. */
  fromStored({ sealedId, ...stored }: Readonly<Record<string, unknown>>, id?: string): AdapterPayload {
    const payload: AdapterPayload = { ...stored };
    for (const field of sealedFields) {
      if (typeof payload[field] === 'string') payload[field] = this.#unseal(payload[field]);
    }
    if (id !== undefined) payload.jti = id;
    else if (typeof sealedId === 'string') payload.jti = this.#unseal(sealedId);
    return payload;
  }

  /** What a user code is found by. It is short, so a plain hash of it could be turned back. */
  hashUserCode(userCode: string): string {
    return hmac(this.#userCodeKey, userCode).toString('hex');
  }

  #seal(id: string): string {
    return seal(this.#sealingKey, id).toString('base64url');
  }

  #unseal(sealed: string): string {
    return unseal(this.#sealingKey, Buffer.from(sealed, 'base64url'));
  }
}
