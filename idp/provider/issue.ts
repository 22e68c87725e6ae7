import type { Knex } from 'knex';
import { errors } from 'oidc-provider';
import type { AuditRow } from '../../shared/audit.ts';
import type { AccountRow } from './accounts.ts';
import type { Artifact } from './artifacts.ts';
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
  readonly user_code: string | null;
  readonly is_jwt: boolean;
  readonly ends: number | null;
  readonly seconds: number | null;
}

/** What one request wants kept; hashes are hexadecimal. */
interface Wanted {
  readonly client: string;
  /** What the application was limited to when it was read. */
  readonly limits: number;
  /** Grants that it goes by, which have to live still. */
  readonly grants: readonly string[];
  /** What it uses up, which nobody may have used before. */
  readonly use: Used | null;
  readonly puts: readonly Put[];
  readonly entries: readonly AuditRow[];
}

interface Used {
  readonly kind: string;
  readonly id_hash: string;
}

const keepIssued = prepared<{ refusals: (Refusal | null)[] }>('keep_issued', 'SELECT keep_issued(?) AS refusals');

type Refusal = 'client' | 'changed' | 'grant' | 'used';

const refusals: Readonly<Record<Refusal, () => Error>> = {
  client: () => new errors.InvalidClientAuth(),
  changed: () => new errors.TemporarilyUnavailable('the application was changed at this moment'),
  grant: () => new errors.InvalidGrant('grant not found'),
  used: () => new errors.InvalidGrant('already used'),
};

/** Keeps what requests issue. */
export type Keeper = Gathered<Wanted, Refusal | null>;

export const keeperOf = (knex: Knex): Keeper => new Gathered((wanted) => keepAll(knex, wanted));

async function keepAll(db: Knex, wanted: readonly Wanted[]): Promise<readonly (Refusal | null)[]> {
  return (await keepIssued(db, [JSON.stringify(wanted)])).rows[0]?.refusals ?? [];
}

/** What one request issues, gathered until it is done; and what it read on the way, which counts for this request only. */
export class Issue {
  readonly grants = new Map<string, Artifact>();
  readonly accounts = new Map<number, AccountRow>();
  readonly #goesBy = new Set<string>();
  readonly #puts: Put[] = [];
  readonly #entries: AuditRow[] = [];
  #client: Pick<Wanted, 'client' | 'limits'> | null = null;
  #use: Used | null = null;

  /** To whom; `limits` as it was read. */
  to(client: string, limits: number): void {
    this.#client = { client, limits };
  }

  /** What is issued stands on this grant: it is kept only while the grant lives. */
  goesBy(grantHash: string): void {
    this.#goesBy.add(grantHash);
  }

  /** @returns false when it uses something up already: a request does that once */
  use(used: Used): boolean {
    if (this.#use) return false;
    this.#use = used;
    return true;
  }

  put(row: Put): void {
    this.#puts.push(row);
  }

  note(entry: AuditRow): void {
    this.#entries.push(entry);
  }

  /** @throws InvalidGrant, InvalidClientAuth or TemporarilyUnavailable when what it stands on is gone meanwhile */
  async keep(keeper: Keeper): Promise<void> {
    const wanted = this.#wanted();
    if (wanted) refuse(await keeper.ask(wanted));
  }

  /** The same, within a transaction. */
  async keepIn(trx: Knex): Promise<void> {
    const wanted = this.#wanted();
    if (wanted) refuse((await keepAll(trx, [wanted]))[0]);
  }

  #wanted(): Wanted | null {
    if (!this.#client || (!this.#use && this.#puts.length === 0 && this.#entries.length === 0)) return null;
    return { ...this.#client, grants: [...this.#goesBy], use: this.#use, puts: this.#puts, entries: this.#entries };
  }
}

function refuse(refusal: Refusal | null | undefined): void {
  if (refusal) throw refusals[refusal]();
}
