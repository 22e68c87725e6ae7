import type { Knex } from 'knex';
import { errors } from 'oidc-provider';
import type { AuditRow } from '../../shared/audit.ts';
import type { AccountRow } from './accounts.ts';
import type { Artifact, Sought } from './artifacts.ts';
import { Gathered } from './gathered.ts';
import { prepared } from './prepared.ts';

/** A row of `oidc_artifacts` to be stored. It ends at `ends` (seconds since 1970), or after `seconds`; both null: never. */
export interface Put {
  readonly kind: string;
  readonly id_hash: string;
  readonly payload: object;
  readonly grant_id: string | null;
  readonly account_id: string | null;
  readonly client_id: string | null;
  readonly uid: string | null;
  readonly user_code: string | null;
  readonly is_jwt: boolean;
  readonly ends: number | null;
  readonly seconds: number | null;
}

/** What one request wants kept; hashes are hexadecimal. */
interface Wanted {
  /** The browser's session that asks for it, which has to be open still; null: none. */
  readonly session: number | null;
  /** The application that gets it, which has to be enabled and limited as it was when it was read; null: whichever. */
  readonly client: string | null;
  readonly limits: number | null;
  /** Grants that it goes by, which have to live still. */
  readonly grants: readonly string[];
  /** Access tokens that it is made of, which have to live too. */
  readonly tokens: readonly string[];
  /** What it uses up, which nobody may have used before. */
  readonly use: Sought | null;
  readonly puts: readonly Put[];
  readonly drops: readonly Sought[];
  readonly entries: readonly AuditRow[];
}

const keepIssued = prepared<{ refusals: (Refusal | null)[] }>('keep_issued', 'SELECT keep_issued(?) AS refusals');

type Refusal = 'session' | 'client' | 'changed' | 'grant' | 'used' | 'narrowed';

const refusals: Readonly<Record<Refusal, () => Error>> = {
  session: () => new errors.SessionNotFound('the session ended meanwhile'),
  client: () => new errors.InvalidClientAuth(),
  changed: () => new errors.TemporarilyUnavailable('the application was changed at this moment'),
  grant: () => new errors.InvalidGrant('grant not found'),
  used: () => new errors.InvalidGrant('already used'),
  narrowed: () => new errors.TemporarilyUnavailable('the person took something back at this moment'),
};

/** Keeps what requests issue. */
export type Keeper = Gathered<Wanted, Refusal | null>;

export const keeperOf = (knex: Knex): Keeper => new Gathered((wanted) => keepAll(knex, wanted));

async function keepAll(db: Knex, wanted: readonly Wanted[]): Promise<readonly (Refusal | null)[]> {
  return (await keepIssued(db, [JSON.stringify(wanted)])).rows[0]?.refusals ?? [];
}

/** The database holds what is issued within what was agreed to, for all of a statement at once. */
const isNarrowed = (error: unknown): boolean =>
  error instanceof Error && 'constraint' in error && error.constraint === 'within_grant';

function orNarrowed(error: unknown): 'narrowed' {
  if (!isNarrowed(error)) throw error;
  return 'narrowed';
}

/** What one request issues, gathered until it is done; and what it read on the way, which counts for this request only. */
export class Issue {
  /** Null: there is none any more. */
  readonly #found = new Map<string, Artifact | null>();
  readonly accounts = new Map<number, AccountRow>();
  /** Whether it goes by an agreement of before, so that it has to be looked at although nobody gets a token yet. */
  standsOnMemory = false;
  readonly #goesBy = { Grant: new Set<string>(), AccessToken: new Set<string>() };
  readonly #puts = new Map<string, Put>();
  readonly #drops = new Map<string, Sought>();
  readonly #entries: AuditRow[] = [];
  #client: Pick<Wanted, 'client' | 'limits'> = { client: null, limits: null };
  #session: number | null = null;
  #use: Sought | null = null;

  /** By whose session: nothing is kept when it ends meanwhile. */
  by(session: number): void {
    this.#session = session;
  }

  /** To whom; `limits` as it was read. What is issued to nobody yet stands on nothing. */
  to(client: string, limits: number): void {
    this.#client = { client, limits };
  }

  /** What is issued stands on this, where it is a grant or an access token: it is kept only while that lives. */
  goesBy({ kind, id_hash }: Sought): void {
    if (kind === 'Grant' || kind === 'AccessToken') this.#goesBy[kind].add(id_hash);
  }

  /** A grant of it was made from what an earlier one says: nothing is kept when that is gone, or says less by now. */
  remembers(made: string, by: string): void {
    const row = this.#puts.get(keyOf({ kind: 'Grant', id_hash: made }));
    if (row) this.#puts.set(keyOf(row), { ...row, payload: { ...row.payload, remembered: by } });

    this.#goesBy.Grant.add(by);
    this.standsOnMemory = true;
  }

  /** @returns false when it uses something up already: a request does that once */
  use(used: Sought): boolean {
    if (this.#use) return false;
    this.#use = used;
    return true;
  }

  put(row: Put): void {
    this.#puts.set(keyOf(row), row);
    this.#found.delete(keyOf(row));
  }

  drop({ kind, id_hash }: Sought): void {
    const key = keyOf({ kind, id_hash });
    this.#puts.delete(key);
    this.#drops.set(key, { kind, id_hash });
    this.#found.set(key, null);
  }

  /** What was found before under this name; null: it was dropped. */
  found(sought: Sought): Artifact | null | undefined {
    return this.#found.get(keyOf(sought));
  }

  find(sought: Sought, artifact: Artifact): void {
    this.#found.set(keyOf(sought), artifact);
  }

  note(entry: AuditRow): void {
    this.#entries.push(entry);
  }

  /** @throws SessionNotFound, InvalidGrant, InvalidClientAuth or TemporarilyUnavailable when what it stands on is gone meanwhile */
  async keep(keeper: Keeper): Promise<void> {
    const wanted = this.#wanted();
    if (wanted) refuse(await keeper.ask(wanted).catch(orNarrowed));
  }

  /** The same, within a transaction. */
  async keepIn(trx: Knex): Promise<void> {
    const wanted = this.#wanted();
    if (wanted) refuse(await keepAll(trx, [wanted]).then(([first]) => first, orNarrowed));
  }

  #wanted(): Wanted | null {
    const puts = [...this.#puts.values()];
    const drops = [...this.#drops.values()];
    if (!this.#use && [puts, drops, this.#entries].every(({ length }) => length === 0)) return null;
    const isToSomebody = this.#client.client !== null;
    const grants = isToSomebody ? [...this.#goesBy.Grant] : [];
    const tokens = isToSomebody ? [...this.#goesBy.AccessToken] : [];
    const made = { puts, drops, entries: this.#entries };
    return { session: this.#session, ...this.#client, grants, tokens, use: this.#use, ...made };
  }
}

const keyOf = ({ kind, id_hash }: Sought): string => `${kind} ${id_hash}`;

function refuse(refusal: Refusal | null | undefined): void {
  if (refusal) throw refusals[refusal]();
}
