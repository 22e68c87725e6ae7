import type { Knex } from 'knex';
import { decide } from '../../shared/access/decide.ts';
import type { Principal } from '../../shared/access/principal.ts';
import { scopesFor } from '../../shared/access/scopes.ts';
import { type Actor, auditBy } from '../../shared/audit.ts';
import type { Runs } from '../../shared/transaction.ts';
import type { Action, Change, ComingChange, ListChange, Occasion, Resource, Row } from '../resources/declaration.ts';
import { resourceNamed } from '../resources/index.ts';
import { changesBetween, same } from './changes.ts';
import { type Made, makeRow } from './made.ts';
import type { Projection } from './projection.ts';
import { Forbidden, NotFound } from './refusals.ts';
import { changeRow, columnsOf, dropRow, hasSets, lockRow, writeSets } from './row.ts';
import { Statement, valuesOf } from './statement.ts';
import { nameFor } from './statement-name.ts';
import { writeFollowed } from './subscriptions.ts';

/** Who writes, and within which transaction. */
export interface Writing {
  readonly runs: Runs;
  /** The same transaction for those who build their statements. */
  readonly trx: Knex.Transaction;
  readonly principal: Principal;
  /** Hears of each row just before PostgreSQL does, so that a refusal can say what clashed. */
  attempting(row: Row): void;
  /** Hears of each file that no row will name any more. */
  forget?(key: string): void;
  /** Who the audit trail says it was, where that is not the principal. */
  readonly actor?: Actor;
  /** Fields whose change alone is worth no audit entry: what reports them is kept itself. */
  readonly routine?: ReadonlySet<string>;
}

type Allowed = Change['allowed'];
type Afterwards = Parameters<ComingChange['afterwards']>[0];

/** Makes a row from values that are already canonical. Answers the row as stored. */
export const createRow = async (
  writing: Writing,
  resource: Resource,
  values: Row,
  allowed: Allowed,
  occasion: Occasion | null = null,
): Promise<Row> => (await createShownRow(writing, resource, values, allowed, { occasion })).row;

/**
 * The same, with the JSON text of what its maker is shown where that is known at once.
 * @param shown what the maker is to be shown
 * @param only nothing else is written in the transaction
 */
export async function createShownRow(
  writing: Writing,
  resource: Resource,
  values: Row,
  allowed: Allowed,
  { occasion = null, shown, only = false }: { occasion?: Occasion | null; shown?: Projection; only?: boolean } = {},
): Promise<Made> {
  const { runs } = writing;
  const { hooks } = resource;
  const actor = writing.actor ?? writing.principal;
  const action = occasion?.action ?? 'create';
  const defaults = defaultsOf(resource);
  const complete = { ...defaults, ...values };
  const change = changeOf(writing, 'create', null, complete, allowed, occasion);
  refuseSuperuserOnly(writing.principal, resource, complete, defaults);
  const afterwards = await prepared(resource, change);
  const columns = columnsOf(resource, change.values);
  writing.attempting(change.values);
  const sets = hasSets(resource);
  const done = !sets && !hooks?.afterWrite && allowed === 'all' && !follows(resource, change.values);
  const last = only && done && afterwards.length === 0;
  const made = await makeRow(runs, resource, columns, { actor, action, shown: done ? shown : undefined, last });
  if (last) return made;
  const { id } = made;
  await writeSets(runs, resource, id, change.values);
  await writeFollows(writing, resource, id, change.values);
  await refuseUnlessOwn(writing, resource, id, allowed);
  const row = sets ? await storedRow(runs, resource, id) : made.row;
  const after = { ...change, row };
  await hooks?.afterWrite?.(after);
  for (const work of afterwards) await work(after);
  if (sets) {
    const changes = changesBetween(resource, null, row) ?? {};
    await auditBy(runs, actor, { action, resource: resource.name, objectId: id, changes });
  }
  return { ...made, row };
}

/** Changes a locked row. Values that are as they were are not written, and nothing is audited when all are. */
export async function updateRow(
  writing: Writing,
  resource: Resource,
  before: Row,
  values: Row,
  allowed: Allowed,
  occasion: Occasion | null = null,
): Promise<Row> {
  const { runs } = writing;
  const id = before.id as number;
  refuseSuperuserOnly(writing.principal, resource, values, before);
  const change = changeOf(writing, 'update', before, { ...values }, allowed, occasion);
  const afterwards = await prepared(resource, change);
  const differing = Object.fromEntries(
    Object.entries(change.values).filter(([name, value]) => !same(value, before[name])),
  );
  const columns = columnsOf(resource, differing);
  writing.attempting({ ...before, ...differing });
  await changeRow(runs, resource, id, columns);
  await writeSets(runs, resource, id, differing);
  await writeFollows(writing, resource, id, differing);
  const after = await storedRow(runs, resource, id);
  await refuseUnlessOwn(writing, resource, id, allowed);
  const written = { ...change, before, row: after };
  await resource.hooks?.afterWrite?.(written);
  await resource.hooks?.afterUpdate?.(written);
  for (const work of afterwards) await work(written);
  forgetFiles(writing, resource, before, after);
  const changes = changesBetween(resource, before, after) ?? {};
  if (Object.keys(changes).some((name) => !writing.routine?.has(name))) {
    const action = occasion?.action ?? 'update';
    await auditBy(runs, writing.actor ?? writing.principal, { action, resource: resource.name, objectId: id, changes });
  }
  return after;
}

/** Deletes a locked row, or marks it deleted where the declaration says so. */
export async function deleteRow(writing: Writing, resource: Resource, before: Row, allowed: Allowed): Promise<void> {
  const { runs } = writing;
  const id = before.id as number;
  const change = changeOf(writing, 'delete', before, {}, allowed, null);
  await resource.hooks?.beforeDelete?.(change);
  await dropRow(runs, resource, id);
  await resource.hooks?.afterDelete?.(change);
  forgetFiles(writing, resource, before, {});
  await auditBy(runs, writing.actor ?? writing.principal, {
    action: 'delete',
    resource: resource.name,
    objectId: id,
    changes: changesBetween(resource, before, null) ?? {},
  });
}

/** Tells of the files that a row named and names no more. */
function forgetFiles({ forget }: Writing, resource: Resource, before: Row, after: Row): void {
  for (const [name, field] of Object.entries(resource.fields)) {
    const key = before[name];
    if (field.file && typeof key === 'string' && key !== after[name]) forget?.(key);
  }
}

/** Runs what comes before a write; answers what it wants done afterwards. */
async function prepared(resource: Resource, change: Change): Promise<readonly Afterwards[]> {
  const afterwards: Afterwards[] = [];
  // Not a copy: the row that it will be follows from the values, which hooks may change.
  await resource.hooks?.beforeWrite?.(
    Object.assign(change, { afterwards: (work: Afterwards) => void afterwards.push(work) }),
  );
  return afterwards;
}

const follows = (resource: Resource, values: Row): boolean =>
  Object.keys(values).some((name) => resource.fields[name]?.follows);

/** Lets the writer follow the row, or no longer, where they said so. */
async function writeFollows({ trx, principal }: Writing, resource: Resource, id: number, values: Row): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    if (resource.fields[name]?.follows) await writeFollowed(trx, principal, resource, [id], value === true);
  }
}

/** Does a declared action to a locked row; answers what the action answers. */
export const act = (writing: Writing, before: Row, action: Action, input: Row, allowed: Allowed) =>
  action.run(changeOf(writing, 'update', before, {}, allowed, null), input);

/** What an action on several locked rows has in its hands. */
export const listChangeOf = (writing: Writing, items: ListChange['items']): ListChange => ({
  items,
  ...rightsAndWrites(writing),
});

/** Whether a row is the caller's, by the declaration's object rule. */
export async function ownsRow(writing: Writing, resource: Resource, id: number): Promise<boolean> {
  if (!resource.own) return false;
  const statement = new Statement(resource);
  const where = `${statement.path('id')} = ${statement.bind('id', 'int')} AND (${statement.fill(resource.own.sql)})`;
  const text = `SELECT 1 ${statement.from()} WHERE ${where}`;
  const values = valuesOf(statement.slots, writing.principal.person?.id ?? null, { id });
  return (await writing.runs.run(text, values, nameFor(text))).rows.length > 0;
}

/** What was theirs before must be theirs after: an object rule is no way to give things away. */
async function refuseUnlessOwn(writing: Writing, resource: Resource, id: number, allowed: Allowed): Promise<void> {
  if (allowed === 'own' && !(await ownsRow(writing, resource, id))) throw new Forbidden('role');
}

function refuseSuperuserOnly(principal: Principal, resource: Resource, values: Row, before: Row): void {
  if (principal.person?.isSuperuser) return;
  for (const [name, value] of Object.entries(values)) {
    if (resource.fields[name]?.superuserOnly && !same(value, before[name])) {
      throw new Forbidden('role', [], `Only a superuser may change ${name}.`);
    }
  }
}

async function storedRow(runs: Runs, resource: Resource, id: number): Promise<Row> {
  const row = await lockRow(runs, resource, id);
  if (!row) throw new NotFound();
  return row;
}

export const defaultsOf = (resource: Resource): Row =>
  Object.fromEntries(
    Object.entries(resource.fields).flatMap(([name, field]) =>
      field.default !== undefined && field.sql === undefined ? [[name, field.default]] : [],
    ),
  );

/** Asking for rights and writing to other resources, within the transaction of a write. */
export function rightsAndWrites(writing: Writing): Omit<ListChange, 'items'> {
  const { runs, trx, principal } = writing;
  const inner = async (name: string, id: number) => {
    const target = resourceNamed(name);
    const row = await lockRow(runs, target, id);
    if (!row) throw new NotFound();
    return { target, row };
  };
  return {
    runs,
    trx,
    principal,
    may: (role, permission) =>
      decide(principal, { role, permission, scopes: scopesFor(role, permission) }).allow === 'all',
    create: (name, given, occasion) => createRow(writing, resourceNamed(name), given, 'all', occasion),
    update: async (name, id, given, occasion) => {
      const { target, row } = await inner(name, id);
      return updateRow(writing, target, row, given, 'all', occasion);
    },
    lock: (name, id) => lockRow(runs, resourceNamed(name), id),
    remove: async (name, id) => {
      const { target, row } = await inner(name, id);
      await deleteRow(writing, target, row, 'all');
    },
  };
}

function changeOf(
  writing: Writing,
  kind: Change['kind'],
  before: Row | null,
  values: Row,
  allowed: Allowed,
  occasion: Occasion | null,
): Change {
  return {
    ...rightsAndWrites(writing),
    kind,
    before,
    values,
    get row() {
      return { ...before, ...values };
    },
    allowed,
    occasion,
  };
}
