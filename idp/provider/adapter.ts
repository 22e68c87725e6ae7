import type { Knex } from 'knex';
import Provider, { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider';
import { deriveKey, hmac, seal, unseal } from '../../shared/identity/secrets.ts';
import {
  type Artifact,
  consumeArtifact,
  dropArtifact,
  findArtifact,
  findArtifactByUid,
  findArtifactByUserCode,
  type Lifted,
  lockGrantOf,
  putArtifact,
} from './artifacts.ts';
import { findClient } from './clients.ts';
import { presentedIn } from './presented-tokens.ts';
import { revokeGrant } from './revoke.ts';
import { inTurn, inUnitOfWork } from './unit-of-work.ts';

/** Keeps what the provider stores in PostgreSQL; ids, which are the secrets themselves, only as hashes. */
export function adapterFactory(knex: Knex, secretKey: string): AdapterFactory {
  const sealingKey = deriveKey(secretKey, 'provider artifacts');
  const userCodeKey = deriveKey(secretKey, 'user codes');
  return (kind) =>
    kind === 'Client' ? new ClientAdapter(knex) : new ArtifactAdapter(knex, kind, sealingKey, userCodeKey);
}

/** Applications are registered on pages of ours; the provider only reads them. */
class ClientAdapter implements Adapter {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  find(clientId: string): Promise<AdapterPayload | undefined> {
    return inTurn(this.#knex, (db) => findClient(db, clientId));
  }

  upsert = refuse;
  consume = refuse;
  destroy = refuse;
  findByUid = refuse;
  findByUserCode = refuse;
  revokeByGrantId = refuse;
}

async function refuse(): Promise<never> {
  throw new Error('Applications are not changed through the provider');
}

/** Ids of other artifacts that a payload holds, which open something: they are sealed. */
const sealedFields = ['deviceCode', 'parJti'] as const;

/** Kinds that a client may revoke one of; the rest of its family follows. */
const underGrant: ReadonlySet<string> = new Set(['AccessToken', 'RefreshToken']);

/** Kinds whose second use may come of a lost answer. A second use of an authorization code never does (RFC 6749 §4.1.2). */
const withGrace: ReadonlySet<string> = new Set(['RefreshToken', 'DeviceCode']);

class ArtifactAdapter implements Adapter {
  readonly #knex: Knex;
  readonly #kind: string;
  readonly #sealingKey: Buffer;
  readonly #userCodeKey: Buffer;

  constructor(knex: Knex, kind: string, sealingKey: Buffer, userCodeKey: Buffer) {
    this.#knex = knex;
    this.#kind = kind;
    this.#sealingKey = sealingKey;
    this.#userCodeKey = userCodeKey;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const stored = this.#withoutSecrets(payload);
    const lifted = this.#lift(id, payload);
    await this.#inTurn((db) => putArtifact(db, this.#kind, id, stored, lifted, expiresIn ?? null));
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const token = this.#kind === 'AccessToken' || this.#kind === 'ClientCredentials' ? presentedIn(Provider.ctx) : null;
    const presented = token && (id === token.jwt || id === token.jti);
    const key = presented ? token.jti : id;
    // Under one grant tokens are issued one request after the other, and not while it ends.
    const lock = this.#kind === 'Grant' && inUnitOfWork();
    const found = await this.#inTurn((db) => findArtifact(db, this.#kind, key, lock));
    if (!found || (found.isJwt && !presented)) return undefined;
    const payload = this.#payloadOf(found, key);
    // The audience is the resource API; userinfo goes by the scope `openid`.
    if (presented && Provider.ctx?.oidc.route === 'userinfo') delete payload.aud;
    return payload;
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const found = await this.#inTurn((db) => findArtifactByUid(db, this.#kind, uid));
    return found && this.#payloadOf(found);
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const hash = this.#hashUserCode(userCode);
    const found = await this.#inTurn((db) => findArtifactByUserCode(db, this.#kind, hash));
    if (!found) return undefined;
    const { sealedId, ...payload } = this.#payloadOf(found);
    return { ...payload, jti: this.#unseal(sealedId), userCode };
  }

  /** @throws InvalidGrant when it was used before: of parallel tries one gets through */
  async consume(id: string): Promise<void> {
    if (await this.#inTurn((db) => consumeArtifact(db, this.#kind, id))) return;
    if (this.#kind === 'PushedAuthorizationRequest') {
      throw new errors.InvalidRequestUri('request_uri was already used');
    }
    throw new errors.InvalidGrant('already used');
  }

  async destroy(id: string): Promise<void> {
    await this.#inTurn(async (db) => {
      if (underGrant.has(this.#kind) && inUnitOfWork()) await lockGrantOf(db, this.#kind, id);
      await dropArtifact(db, this.#kind, id);
    });
  }

  /** The library asks one kind after the other; the first takes the whole family along at once. */
  async revokeByGrantId(grantId: string): Promise<void> {
    if (this.#kind !== 'AccessToken') return;
    const address = Provider.ctx?.ip ?? null;
    await this.#inTurn((db) => revokeGrant(db, grantId, address));
  }

  #inTurn<T>(work: (db: Knex) => Promise<T>): Promise<T> {
    return inTurn(this.#knex, work);
  }

  #lift(id: string, { accountId, clientId, grantId, uid, userCode }: AdapterPayload): Lifted {
    return {
      grantId: this.#kind === 'Grant' ? id : (grantId ?? null),
      accountId: accountId ?? null,
      clientId: clientId ?? null,
      uid: this.#kind === 'Session' ? (uid ?? null) : null,
      userCode: userCode ? this.#hashUserCode(userCode) : null,
    };
  }

  #withoutSecrets({ jti, userCode, ...payload }: AdapterPayload): AdapterPayload {
    const stored = { ...payload };
    for (const field of sealedFields) {
      if (typeof stored[field] === 'string') stored[field] = this.#seal(stored[field]);
    }
    // Nothing reads it, and it is the session's cookie.
    if (stored.session) stored.session = { ...stored.session, cookie: undefined };
    // The confirming browser knows the user code only; approving stores the code under its own id.
    if (this.#kind === 'DeviceCode' && jti) stored.sealedId = this.#seal(jti);
    return stored;
  }

  #payloadOf(found: Artifact, id?: string): AdapterPayload {
    const payload: AdapterPayload = { ...found.payload };
    for (const field of sealedFields) {
      if (typeof payload[field] === 'string') payload[field] = this.#unseal(payload[field]);
    }
    if (id !== undefined) payload.jti = id;
    if (found.consumed !== null && !this.#inGrace(found)) payload.consumed = found.consumed;
    return payload;
  }

  /** Within the grace the later use is refused by {@link consume} and the family lives. */
  #inGrace(found: Artifact): boolean {
    return withGrace.has(this.#kind) && found.consumedJustNow;
  }

  #seal(id: string): string {
    return seal(this.#sealingKey, id).toString('base64url');
  }

  #unseal(sealed: unknown): string {
    return unseal(this.#sealingKey, Buffer.from(String(sealed), 'base64url'));
  }

  /** A user code is short, so a plain hash of it could be turned back. */
  #hashUserCode(userCode: string): string {
    return hmac(this.#userCodeKey, userCode).toString('hex');
  }
}
