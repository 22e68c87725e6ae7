import type { Knex } from 'knex';
import Provider, { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider';
import type { Config } from '../../shared/config.ts';
import {
  type Artifact,
  consumeArtifact,
  dropArtifact,
  dropOthersOfUid,
  findArtifact,
  findArtifactByUid,
  findArtifactByUserCode,
  type Lifted,
  lockGrantOf,
  putArtifact,
} from './artifacts.ts';
import { ClientAdapter } from './client-adapter.ts';
import { Payloads } from './payloads.ts';
import { presentedIn } from './presented-tokens.ts';
import { revokeGrant } from './revoke.ts';
import { inTurn, inUnitOfWork } from './unit-of-work.ts';

type AdapterSettings = Pick<Config, 'secretKey' | 'publicUrl' | 'clientRegistration'>;

/** Keeps what the provider stores in PostgreSQL; ids, which are the secrets themselves, only as hashes. */
export function adapterFactory(knex: Knex, config: AdapterSettings): AdapterFactory {
  const payloads = new Payloads(config.secretKey);
  return (kind) => (kind === 'Client' ? new ClientAdapter(knex, config) : new ArtifactAdapter(knex, kind, payloads));
}

/** Kinds that a client may revoke one of; the rest of its family follows. */
const underGrant: ReadonlySet<string> = new Set(['AccessToken', 'RefreshToken']);

/** Kinds whose second use may come of a lost answer. A second use of an authorization code never does (RFC 6749 §4.1.2). */
const withGrace: ReadonlySet<string> = new Set(['RefreshToken', 'DeviceCode']);

/** Kinds whose stored ones are records of JWTs. */
const presentable: ReadonlySet<string> = new Set(['AccessToken', 'ClientCredentials']);

const isUidTaken = (error: unknown): boolean =>
  error instanceof Error && 'constraint' in error && error.constraint === 'oidc_artifacts_uid';

/** Whoever comes for the first time waits for nobody, so those in turn may lose to them this often. */
const mostAttempts = 20;

class ArtifactAdapter implements Adapter {
  readonly #knex: Knex;
  readonly #kind: string;
  readonly #payloads: Payloads;

  constructor(knex: Knex, kind: string, payloads: Payloads) {
    this.#knex = knex;
    this.#kind = kind;
    this.#payloads = payloads;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const stored = this.#payloads.toStore(this.#kind, payload);
    const lifted = this.#lift(id, payload);
    const put = (db: Knex) => putArtifact(db, this.#kind, id, stored, lifted, expiresIn ?? null);
    const { uid } = lifted;
    // A page opened several times at once gives one session as many new ids; the last one stays.
    const putAlone = (db: Knex) => dropOthersOfUid(db, this.#kind, String(uid), id, put);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#inTurn(attempt === 0 ? put : putAlone);
      } catch (error) {
        if (!uid || !isUidTaken(error) || attempt === mostAttempts) throw error;
      }
    }
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const token = presentable.has(this.#kind) ? presentedIn(Provider.ctx) : undefined;
    // Refresh tokens are no JWTs: there is none of that name to be looked for.
    if (this.#kind === 'RefreshToken' && presentedIn(Provider.ctx)?.jti === id) return undefined;
    const presented = token && (id === token.jwt || id === token.jti) ? token : undefined;
    const key = presented?.jti ?? id;
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
    const hash = this.#payloads.hashUserCode(userCode);
    const found = await this.#inTurn((db) => findArtifactByUserCode(db, this.#kind, hash));
    return found && { ...this.#payloadOf(found), userCode };
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
      userCode: userCode ? this.#payloads.hashUserCode(userCode) : null,
    };
  }

  #payloadOf(found: Artifact, id?: string): AdapterPayload {
    const payload = this.#payloads.fromStored(found.payload, id);
    // Within the grace a later use is refused by `consume`, and the family lives.
    const inGrace = withGrace.has(this.#kind) && found.consumedJustNow;
    if (found.consumed !== null && !inGrace) payload.consumed = found.consumed;
    return payload;
  }
}
