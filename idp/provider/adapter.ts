import type { Knex } from 'knex';
import Provider, { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider';
import type { Config } from '../../shared/config.ts';
import { sha256 } from '../../shared/identity/secrets.ts';
import {
  type Artifact,
  consumeArtifact,
  dropArtifact,
  dropOthersOfUid,
  type Found,
  findArtifactByUid,
  findArtifactByUserCode,
  findArtifacts,
  type Lifted,
  lockGrantOf,
  putArtifact,
  type Sought,
} from './artifacts.ts';
import { ClientAdapter, type ClientSettings } from './client-adapter.ts';
import { Gathered } from './gathered.ts';
import type { Put } from './issue.ts';
import { Payloads } from './payloads.ts';
import { presentedIn } from './presented-tokens.ts';
import { revokeGrant } from './revoke.ts';
import { currentIssue, inTurn, reading } from './unit-of-work.ts';

type AdapterSettings = Pick<Config, 'secretKey'> & ClientSettings;

/** Keeps what the provider stores in PostgreSQL; ids, which are the secrets themselves, only as hashes. */
export function adapterFactory(knex: Knex, config: AdapterSettings): AdapterFactory {
  const payloads = new Payloads(config.secretKey);
  const finder: Finder = new Gathered((sought) => findArtifacts(knex, sought));
  return (kind) =>
    kind === 'Client' ? new ClientAdapter(knex, config) : new ArtifactAdapter(knex, kind, payloads, finder);
}

/** Looks up what several requests ask for at once. */
type Finder = Gathered<Sought, Found | undefined>;

/** Kinds that a client may revoke one of; the rest of its family follows. */
const underGrant: ReadonlySet<string> = new Set(['AccessToken', 'RefreshToken']);

/** Kinds that nothing was issued under. */
const standAlone: ReadonlySet<string> = new Set(['Session', 'Interaction']);

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
  readonly #finder: Finder;

  constructor(knex: Knex, kind: string, payloads: Payloads, finder: Finder) {
    this.#knex = knex;
    this.#kind = kind;
    this.#payloads = payloads;
    this.#finder = finder;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const stored = this.#payloads.toStore(this.#kind, payload);
    const lifted = this.#lift(id, payload);
    const issue = currentIssue();
    if (issue) return issue.put(this.#row(id, stored, lifted, expiresIn ?? null));
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
    const found = await this.#find(key);
    if (!found || (found.isJwt && !presented)) return undefined;
    const payload = this.#payloadOf(found, key);
    // The audience is the resource API; userinfo goes by the scope `openid`.
    if (presented && Provider.ctx?.oidc.route === 'userinfo') delete payload.aud;
    return payload;
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const read = (db: Knex) => findArtifactByUid(db, this.#kind, uid);
    const found = await reading(() => read(this.#knex), read);
    return found && this.#payloadOf(found);
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const hash = this.#payloads.hashUserCode(userCode);
    const read = (db: Knex) => findArtifactByUserCode(db, this.#kind, hash);
    const found = await reading(() => read(this.#knex), read);
    return found && { ...this.#payloadOf(found), userCode };
  }

  /** @throws InvalidGrant when it was used before, at once or by the issue: of parallel tries one gets through */
  async consume(id: string): Promise<void> {
    if (currentIssue()?.use(this.#sought(id))) return;
    if (await this.#inTurn((db) => consumeArtifact(db, this.#kind, id))) return;
    if (this.#kind === 'PushedAuthorizationRequest') {
      throw new errors.InvalidRequestUri('request_uri was already used');
    }
    throw new errors.InvalidGrant('already used');
  }

  async destroy(id: string): Promise<void> {
    const issue = currentIssue();
    if (issue && standAlone.has(this.#kind)) return issue.drop(this.#sought(id));
    await this.#inTurn(async (db) => {
      if (underGrant.has(this.#kind)) await lockGrantOf(db, this.#kind, id);
      await dropArtifact(db, this.#kind, id);
    });
  }

  /** The library asks one kind after the other; the first takes the whole family along at once. */
  async revokeByGrantId(grantId: string): Promise<void> {
    if (this.#kind !== 'AccessToken') return;
    const address = Provider.ctx?.ip ?? null;
    await this.#inTurn((db) => revokeGrant(db, grantId, address));
  }

  /**
   * Looks one up, and keeps for this request what came along. Under one grant tokens are issued one request after the
   * other, and not while it ends, so an issue goes by the grants that were looked up for it, and the access tokens.
   */
  async #find(id: string): Promise<Artifact | undefined> {
    const issue = currentIssue();
    const sought = this.#sought(id);
    const known = issue?.found(sought);
    issue?.goesBy(sought);
    if (known !== undefined) return known ?? undefined;
    const found = await reading(
      () => this.#finder.ask(sought),
      async (db) => (await findArtifacts(db, [sought]))[0],
    );
    if (issue && found) issue.find(sought, found.artifact);
    if (issue && found?.grant) issue.find({ kind: 'Grant', id_hash: found.grant.id_hash }, found.grant.artifact);
    if (issue && found?.account) issue.accounts.set(found.account.id, found.account);
    return found?.artifact;
  }

  #sought(id: string): Sought {
    return { kind: this.#kind, id_hash: sha256(id).toString('hex') };
  }

  #row(id: string, payload: object, lifted: Lifted, seconds: number | null): Put {
    return {
      ...this.#sought(id),
      payload,
      grant_id: lifted.grantId,
      account_id: lifted.accountId,
      client_id: lifted.clientId,
      uid: lifted.uid,
      user_code: lifted.userCode,
      is_jwt: false,
      ends: null,
      seconds,
    };
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
