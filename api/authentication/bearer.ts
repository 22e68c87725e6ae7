import { createHash, hash as digest } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { PeopleCache } from '../../shared/access/people-cache.ts';
import type { Principal } from '../../shared/access/principal.ts';
import { checkProof, type ProvedRequest } from '../../shared/identity/dpop-proof.ts';
import type { Services } from '../../shared/services.ts';
import { KeySet } from '../../shared/signing-keys/key-set.ts';
import { bearerChallenge, dpopChallenge } from './challenge.ts';
import { Rejected } from './rejected.ts';
import { Revocations } from './revocations.ts';

/** What a verified access token says. */
interface Verified {
  readonly personId: number;
  readonly application: string;
  readonly scopes: ReadonlySet<string>;
  /** SHA-256 of its `jti` in hex, the name under which it is revoked. */
  readonly revocableAs: string;
  /** Milliseconds. */
  readonly expiresAt: number;
  /** Thumbprint of the key that it is bound to (RFC 9449 §6); null when whoever holds it may use it. */
  readonly boundTo: string | null;
}

/** Access tokens are signed with this and nothing else; a token can't choose (RFC 8725 §3.1). */
const algorithms = ['ES256'];
const remembered = 20_000;

/**
 * Proves requests by JWT access tokens (RFC 9068). A token verified once is remembered until it expires; from then on
 * a request costs a hash and three look-ups in memory.
 */
export class BearerScheme {
  readonly #services: Services;
  readonly #people: PeopleCache;
  readonly #keys: KeySet;
  readonly #revocations: Revocations;
  #verified = new LRUCache<string, Verified>({ max: remembered });

  constructor(services: Services, people: PeopleCache) {
    this.#services = services;
    this.#people = people;
    this.#keys = new KeySet(services.knex, services.events);
    this.#revocations = new Revocations(services.knex, services.events);
    // A new one, not an emptied one: a check on its way, maybe by a key that is gone, remembers into the old.
    const forget = () => {
      this.#verified = new LRUCache({ max: remembered });
    };
    services.events.on('keys', forget);
    services.events.on('reconnected', forget);
  }

  /**
   * @param proved the request with its DPoP proof, when the token came with one; a token that is bound to a key needs it
   * @throws Rejected 401 for a token that is no good, 503 while revocations can't be heard
   */
  async prove(token: string, address: string | null, proved: ProvedRequest | null = null): Promise<Principal> {
    this.#refuseWhileDeaf();
    const hash = digest('sha256', token, 'base64');
    const verified = this.#verified.get(hash) ?? (await this.#verify(token, hash));
    if (verified.boundTo !== null || proved || this.#services.config.requireDpop === 'yes') {
      await this.#proveBinding(token, verified.boundTo, proved);
    }
    const loading = this.#revocations.ready();
    if (loading) await loading;
    const found = this.#people.get(verified.personId);
    const person = found instanceof Promise ? await found : found;

    // After the last wait, so that what came in meanwhile counts.
    this.#refuseWhileDeaf();
    if (verified.expiresAt <= Date.now()) throw this.#invalid('The access token has expired');
    if (this.#revocations.has(verified.revocableAs)) throw this.#invalid('The access token was revoked');
    if (!person?.isActive) throw this.#invalid('User inactive or deleted');
    return {
      person,
      proof: 'bearer',
      scopes: verified.scopes,
      application: verified.application,
      tokenId: null,
      address,
    };
  }

  async #verify(token: string, hash: string): Promise<Verified> {
    const { publicUrl } = this.#services.config;
    const memory = this.#verified;
    try {
      const { payload } = await jwtVerify(token, this.#keys.find, {
        issuer: `${publicUrl}/o`,
        audience: `${publicUrl}/api/`,
        typ: 'at+jwt',
        algorithms,
        requiredClaims: ['sub', 'jti', 'exp', 'iat', 'client_id'],
      });
      const verified = read(payload);
      memory.set(hash, verified, { ttl: Math.max(1, verified.expiresAt - Date.now()) });
      return verified;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw this.#invalid('The access token has expired');
      if (error instanceof errors.JOSEError) throw this.#invalid('The access token is not valid here');
      throw error;
    }
  }

  async #proveBinding(token: string, boundTo: string | null, proved: ProvedRequest | null): Promise<void> {
    const { knex, config } = this.#services;
    const refuse = (error: 'invalid_token' | 'invalid_dpop_proof', description: string) =>
      new Rejected({
        status: 401,
        message: `${description}.`,
        challenge: dpopChallenge(config.publicUrl, { error, description }),
      });
    if (boundTo === null) throw refuse('invalid_token', 'The access token is not bound to a key');
    if (!proved) throw refuse('invalid_token', 'The access token is bound to a key and takes a DPoP proof');
    const thumbprint = await checkProof(knex, token, proved).catch((error: unknown) => {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw refuse('invalid_dpop_proof', 'The DPoP proof is not valid for this request');
    });
    if (thumbprint !== boundTo) throw refuse('invalid_token', 'The access token is bound to another key');
  }

  #refuseWhileDeaf(): void {
    if (!this.#services.events.isDeaf()) return;
    const message = 'Access tokens can not be checked right now. Try again in a few seconds.';
    throw new Rejected({ status: 503, message, retryAfterSeconds: 2 });
  }

  #invalid(message: string): Rejected {
    const challenge = bearerChallenge(this.#services.config.publicUrl, {
      error: 'invalid_token',
      description: message,
    });
    return new Rejected({ status: 401, message: `${message}.`, challenge });
  }
}

function read({ sub, jti, exp, client_id: application, scope, cnf }: Record<string, unknown>): Verified {
  if (typeof sub !== 'string' || !/^[1-9]\d{0,8}$/.test(sub)) throw new errors.JWTInvalid('unexpected sub');
  if (typeof jti !== 'string' || typeof exp !== 'number') throw new errors.JWTInvalid('unexpected jti or exp');
  if (typeof application !== 'string') throw new errors.JWTInvalid('unexpected client_id');
  if (scope !== undefined && typeof scope !== 'string') throw new errors.JWTInvalid('unexpected scope');
  return {
    personId: Number(sub),
    application,
    scopes: new Set((scope ?? '').split(' ').filter(Boolean)),
    revocableAs: createHash('sha256').update(jti).digest('hex'),
    expiresAt: exp * 1000,
    boundTo: boundTo(cnf),
  };
}

/** A confirmation of a kind that is unknown here can't be checked, so it is no token for here. */
function boundTo(confirmation: unknown): string | null {
  if (confirmation === undefined) return null;
  const jkt = typeof confirmation === 'object' && confirmation !== null && 'jkt' in confirmation && confirmation.jkt;
  if (typeof jkt !== 'string') throw new errors.JWTInvalid('unexpected cnf');
  return jkt;
}
