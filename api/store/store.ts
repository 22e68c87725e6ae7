import type { Principal } from '../../shared/access/principal.ts';
import type { Permission } from '../../shared/access/roles.ts';
import type { Services } from '../../shared/services.ts';
import { type Transaction, transact } from '../../shared/transaction.ts';
import { removeKept } from '../media/kept.ts';
import { MediaFolder } from '../media/media-folder.ts';
import type { Action, Resource, Row } from '../resources/declaration.ts';
import { resources as declared } from '../resources/index.ts';
import { actionInput, namedRows } from './action-input.ts';
import { refusalOf } from './database-refusals.ts';
import { idOnly } from './id-only.ts';
import { type Log, readLog } from './log.ts';
import type { Made } from './made.ts';
import { refuseOldProof } from './old-proof.ts';
import { type AnonymousRead, allow, operationFor, operationsOf, type Wanted } from './operation.ts';
import type { Projection } from './projection.ts';
import type { OffsetPage, Query } from './query.ts';
import { type ListAnswer, readList, readOne, rowQuery } from './read.ts';
import { Forbidden, Invalid, NotFound } from './refusals.ts';
import { lockRow, lockRows } from './row.ts';
import { type Found, type SearchWishes, searchIn } from './search.ts';
import { scopeOf } from './searched.ts';
import { type Selection, selected } from './selection.ts';
import { type Sight, sightOf } from './sight.ts';
import { followedRows } from './subscriptions.ts';
import { countTabs } from './tab-counts.ts';
import { validate } from './validation.ts';
import { act, createShownRow, deleteRow, listChangeOf, ownsRow, updateRow, type Writing } from './write.ts';

/** All that can be done with declared resources, whatever the face. Answers are JSON texts made by a face's projection. */
export class Store {
  readonly #services: Services;
  readonly #anonymousRead: AnonymousRead;

  constructor(services: Services) {
    this.#services = services;
    this.#anonymousRead = services.config.anonymousRead;
  }

  get config(): Services['config'] {
    return this.#services.config;
  }

  /** What each permission on a resource takes here. */
  operations(resource: Resource) {
    return operationsOf(resource, this.#anonymousRead);
  }

  /** What a permission or an action takes here. */
  operation(resource: Resource, wanted: Wanted) {
    return operationFor(resource, wanted, this.#anonymousRead);
  }

  /** How far somebody sees into each resource. */
  sight(principal: Principal): Sight {
    return sightOf(this, principal);
  }

  /** @throws Unauthenticated, Forbidden */
  async list(principal: Principal, projection: Projection, query: Query): Promise<ListAnswer> {
    const { resource } = projection;
    const allowed = allow(principal, this.operations(resource).view);
    try {
      const me = principal.person?.id ?? null;
      return await this.#services.reads.read((db) =>
        readList(db, projection, query, me, allowed === 'own', this.sight(principal)),
      );
    } catch (error) {
      throw refusalOf(error, resource, false, query) ?? error;
    }
  }

  /** One row as JSON text, to view it or, where said, for what else is to be done to it. @throws Unauthenticated, Forbidden, NotFound */
  async get(
    principal: Principal,
    projection: Projection,
    id: number,
    permission: Permission = 'view',
  ): Promise<string> {
    const allowed = allow(principal, this.operations(projection.resource)[permission]);
    const text = await readOne(this.#services.pool, projection, id, principal.person?.id ?? null, allowed === 'own');
    if (text === null) throw new NotFound();
    return text;
  }

  /**
   * The rows in which every word is found, the best first, for each resource with any. Words are those of `wordsOf`.
   * Resources that the caller may not view at all are passed over, and those that their own lists alone search; of others
   * they find what a list would show them.
   */
  async search(principal: Principal, words: readonly string[], wishes: SearchWishes = {}): Promise<Found[]> {
    const sight = this.sight(principal);
    const scopes = (wishes.resources ?? declared).flatMap((resource) => {
      const seen = sight(resource);
      return resource.searchedAlone || seen === 'nothing' ? [] : [scopeOf(resource, seen === 'own', sight)];
    });
    return this.#services.reads.read((db) => searchIn(db, scopes, words, principal.person?.id ?? null, wishes));
  }

  /** How many rows each tab of a resource has for this caller. @throws Unauthenticated, Forbidden */
  async tabCounts(principal: Principal, resource: Resource): Promise<Readonly<Record<string, number>>> {
    const allowed = allow(principal, this.operations(resource).view);
    try {
      return await this.#services.reads.read((db) =>
        countTabs(db, resource, principal.person?.id ?? null, allowed === 'own'),
      );
    } catch (error) {
      throw refusalOf(error, resource, false) ?? error;
    }
  }

  /** What was done to a row, for those who may view it. @throws Unauthenticated, Forbidden, NotFound */
  async log(principal: Principal, resource: Resource, id: number, page: OffsetPage): Promise<Log> {
    await this.get(principal, idOnly(resource), id);
    return readLog(this.#services.pool, principal, [{ resource, ids: [id] }], page);
  }

  /** What was done to the rows that the caller follows and may still view. @throws Unauthenticated */
  async followedLog(principal: Principal, page: OffsetPage): Promise<Log> {
    return readLog(this.#services.pool, principal, await followedRows(this.#services, this, principal), page);
  }

  /** A row just written, as its writer sees it: what they may do to it is settled already. */
  async show(principal: Principal, projection: Projection, id: number): Promise<string> {
    const text = await readOne(this.#services.pool, projection, id, principal.person?.id ?? null, false);
    if (text === null) throw new NotFound();
    return text;
  }

  /** Makes a row (or several, where the declaration multiplies); answers the ids. */
  async create(principal: Principal, resource: Resource, given: Row): Promise<number[]> {
    const allowed = allow(principal, this.operations(resource).add);
    const values = validate(resource, given, true);
    const made = await this.#write(principal, resource, (writing) =>
      createRows(writing, resource, values, given, allowed),
    );
    return made.map(({ id }) => id);
  }

  /** The same, answering the rows as their writer sees them. */
  async createShown(principal: Principal, projection: Projection, given: Row): Promise<string[]> {
    const { resource } = projection;
    const allowed = allow(principal, this.operations(resource).add);
    const values = validate(resource, given, true);
    const made = await this.#write(principal, resource, async (writing, transaction) =>
      (await createRows(writing, resource, values, given, allowed, projection)).map(({ id, text }) => {
        if (text !== null) return { id, text };
        const { text: sql, values, name, print } = rowQuery(projection, id, principal.person?.id ?? null, false);
        const found = transaction.inPassing<{ body: string }>(sql, values, name);
        return { id, text: found.then(({ rows }) => print(rows)) };
      }),
    );
    return Promise.all(made.map(async ({ id, text }) => (await text) ?? this.show(principal, projection, id)));
  }

  /**
   * Changes a row; `whole` demands every required field, as PUT does. What is given may depend on the row as it is,
   * locked.
   */
  async update(
    principal: Principal,
    resource: Resource,
    id: number,
    given: Row | ((before: Row) => Row),
    whole: boolean | ReadonlySet<string>,
  ): Promise<void> {
    const allowed = allow(principal, this.operations(resource).change);
    await this.#write(principal, resource, async (writing) => {
      const before = await this.#locked(writing, resource, id, allowed);
      const values = validate(resource, typeof given === 'function' ? given(before) : given, whole);
      await updateRow(writing, resource, before, whole ? values : merged(resource, before, values), allowed);
    });
  }

  async remove(principal: Principal, resource: Resource, id: number): Promise<void> {
    const allowed = allow(principal, this.operations(resource).delete);
    await this.#write(
      principal,
      resource,
      async (writing) => deleteRow(writing, resource, await this.#locked(writing, resource, id, allowed), allowed),
      true,
    );
  }

  /** Changes several rows alike, all or none. @returns how many @throws Invalid naming those that are not there */
  async updateMany(principal: Principal, resource: Resource, selection: Selection, given: Row): Promise<number> {
    const allowed = allow(principal, this.operations(resource).change);
    const ids = await selected(this, principal, resource, selection);
    const values = validate(resource, given, false);
    await this.#write(principal, resource, async (writing) => {
      for (const row of await this.#lockedAll(writing, resource, ids, allowed)) {
        await updateRow(writing, resource, row, values, allowed);
      }
    });
    return ids.length;
  }

  /** Deletes several rows, all or none. @throws Invalid naming those that are not there */
  async removeMany(principal: Principal, resource: Resource, selection: Selection): Promise<void> {
    const allowed = allow(principal, this.operations(resource).delete);
    const ids = await selected(this, principal, resource, selection);
    await this.#write(
      principal,
      resource,
      async (writing) => {
        for (const row of await this.#lockedAll(writing, resource, ids, allowed)) {
          await deleteRow(writing, resource, row, allowed);
        }
      },
      true,
    );
  }

  /** Does a declared action, or one that is given, to a row. @throws NotFound for an action that is not declared */
  async act(
    principal: Principal,
    resource: Resource,
    id: number,
    named: string | Action,
    given: Row,
  ): Promise<Row | undefined> {
    const action = typeof named === 'string' ? resource.actions?.[named] : named;
    if (!action) throw new NotFound();
    const allowed = allow(principal, this.operation(resource, action));
    if (action.superusersOnly) refuseOldProof(principal, this.config.publicUrl);
    const others = (input: Row) =>
      (action.alsoLocks ?? []).flatMap((name) => (typeof input[name] === 'number' ? [input[name]] : []));
    return this.#write(principal, resource, async (writing) => {
      if (!action.alsoLocks) {
        const before = await this.#locked(writing, resource, id, allowed);
        return act(writing, before, action, actionInput(action, given), allowed);
      }
      const input = actionInput(action, given);
      await lockRows(writing.runs, resource, [id, ...others(input)]);
      return act(writing, await this.#locked(writing, resource, id, allowed), action, input, allowed);
    });
  }

  /** Does a declared action to several rows, all or none. @throws NotFound for an action that is not declared */
  async actOnList(principal: Principal, resource: Resource, name: string, given: Row): Promise<Row> {
    const action = resource.listActions?.[name];
    if (!action) throw new NotFound();
    const allowed = allow(principal, this.operations(resource)[action.permission ?? 'change']);
    const named = namedRows(action, given.items);
    const input = actionInput(action, given);
    return this.#write(principal, resource, async (writing) => {
      const ids = named.map(({ id }) => id);
      const rows = new Map(
        (await this.#lockedAll(writing, resource, ids, allowed)).map((row) => [row.id as number, row]),
      );
      const items = named.flatMap(({ id, said }) => {
        const row = rows.get(id);
        return row ? [{ row, said }] : [];
      });
      return action.run(listChangeOf(writing, items), input);
    });
  }

  /** The rows, locked in the order of their ids, if the caller may do this to each of them. */
  async #lockedAll(
    writing: Writing,
    resource: Resource,
    ids: readonly number[],
    allowed: 'all' | 'own',
  ): Promise<Row[]> {
    const rows = await lockRows(writing.runs, resource, ids);
    const there = new Set<number>();
    for (const row of rows) {
      const id = row.id as number;
      if (allowed === 'all' || (await ownsRow(writing, resource, id))) there.add(id);
      else if (allow(writing.principal, this.operations(resource).view) === 'all') throw new Forbidden('role');
    }
    const missing = ids.filter((id) => !there.has(id));
    if (missing.length > 0) {
      throw new Invalid({ items: missing.map((id) => `There is no ${resource.title[0].toLowerCase()} ${id}.`) });
    }
    return rows;
  }

  /** The row, locked, if the caller may do this to it; one that they may not even see is not there. */
  async #locked(writing: Writing, resource: Resource, id: number, allowed: 'all' | 'own'): Promise<Row> {
    const row = await lockRow(writing.runs, resource, id);
    if (!row) throw new NotFound();
    if (allowed === 'all' || (await ownsRow(writing, resource, id))) return row;
    const sees = allow(writing.principal, this.operations(resource).view);
    throw sees === 'all' ? new Forbidden('role') : new NotFound();
  }

  /** One transaction a command; what PostgreSQL refuses comes out as a refusal. */
  async #write<T>(
    principal: Principal,
    resource: Resource,
    work: (writing: Writing, transaction: Transaction) => Promise<T>,
    deleting = false,
  ): Promise<T> {
    const { knex } = this.#services;
    let attempted: Row = {};
    const attempting = (row: Row) => {
      attempted = row;
    };
    const forgotten: string[] = [];
    const forget = (key: string) => forgotten.push(key);
    try {
      const done = await transact(knex, (runs) => work({ runs, trx: runs.trx, principal, attempting, forget }, runs));
      if (resource.remembered) await this.#services.events.caughtUp();
      const media = new MediaFolder(this.config);
      // A file that stays behind does no harm.
      for (const key of forgotten) await removeKept(media, key).catch(() => undefined);
      return done;
    } catch (error) {
      const clash = isExclusion(error) ? await resource.clash?.(knex, attempted) : null;
      throw clash ?? refusalOf(error, resource, deleting) ?? error;
    }
  }
}

/** Makes a row, or several where the declaration multiplies. */
async function createRows(
  writing: Writing,
  resource: Resource,
  values: Row,
  given: Row,
  allowed: 'all' | 'own',
  shown?: Projection,
): Promise<Made[]> {
  const wanted = { ...(shown && { shown }), only: !resource.multiply };
  const made: Made[] = [];
  for (const one of (await resource.multiply?.(values, given, writing.trx)) ?? [values]) {
    made.push(await createShownRow(writing, resource, one, allowed, wanted));
  }
  return made;
}

/** Values of a partial change, with the keys that are there already where the declaration says so. */
const merged = (resource: Resource, before: Row, values: Row): Row =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      resource.fields[name]?.merges ? { ...(before[name] as object), ...(value as object) } : value,
    ]),
  );

const isExclusion = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '23P01';
