import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import type { JWK } from 'jose';
import { ExternalSigningKey } from 'oidc-provider';

/**
 * An ES256 key that signs at once. The library has signatures made by Web Crypto, on another thread; for this curve the
 * way there and back costs more than the signature (RS256 is dearer by far, and stays there).
 */
class QuickKey extends ExternalSigningKey {
  readonly #private: KeyObject;
  readonly #public: KeyObject;

  constructor(jwk: JWK) {
    super();
    this.#private = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' });
    this.#public = createPublicKey(this.#private);
  }

  override keyObject(): KeyObject {
    return this.#public;
  }

  override sign(data: Uint8Array): Uint8Array {
    return sign('sha256', data, { key: this.#private, dsaEncoding: 'ieee-p1363' });
  }
}

/** The key as the provider signs with it. Its `kid` is its thumbprint either way. */
export const quickly = (jwk: JWK): JWK | QuickKey => (jwk.alg === 'ES256' ? new QuickKey(jwk) : jwk);
