import type { Knex } from 'knex';
import type { Principal } from '../../shared/access/principal.ts';
import type { Actor } from '../../shared/audit.ts';
import { runsBy } from '../../shared/transaction.ts';
import type { ListChange } from '../resources/declaration.ts';
import { resourceNamed } from '../resources/index.ts';
import { refusalOf } from './database-refusals.ts';
import { rightsAndWrites, type Writing } from './write.ts';

/** Writes to any resource within one transaction: hooks run, and all of it is audited. */
export interface Commands extends Omit<ListChange, 'items'> {
  /** Runs work that may fail without spoiling what was done before it: what it did is undone then. */
  attempt<T>(work: (commands: Commands) => Promise<T>): Promise<T>;
}

export interface Issuer {
  readonly principal: Principal;
  /** Who the audit trail says it was, where that is not the principal. */
  readonly actor?: Actor;
  /** Fields whose change alone is worth no audit entry. */
  readonly routine?: ReadonlySet<string>;
}

/**
 * Does what belongs to no single resource, in one transaction. Whether it may be done is for the caller to have
 * decided: nothing is asked here.
 * @throws Refusal for what PostgreSQL or a hook refuses
 */
export const inOneTransaction = <T>(knex: Knex, issuer: Issuer, work: (commands: Commands) => Promise<T>): Promise<T> =>
  knex.transaction((trx) => work(commandsIn(trx, issuer)));

function commandsIn(trx: Knex.Transaction, issuer: Issuer): Commands {
  const writing: Writing = { runs: runsBy(trx), trx, ...issuer, attempting() {} };
  const { create, update, remove, ...rest } = rightsAndWrites(writing);
  const refusing = async <T>(resource: string, write: Promise<T>, deleting = false): Promise<T> => {
    try {
      return await write;
    } catch (error) {
      throw refusalOf(error, resourceNamed(resource), deleting) ?? error;
    }
  };
  return {
    ...rest,
    create: (resource, values, occasion) => refusing(resource, create(resource, values, occasion)),
    update: (resource, id, values, occasion) => refusing(resource, update(resource, id, values, occasion)),
    remove: (resource, id) => refusing(resource, remove(resource, id), true),
    // Within a transaction another one is a savepoint.
    attempt: (work) => trx.transaction((inner) => work(commandsIn(inner, issuer))),
  };
}
