import { type Actor, auditColumns, auditRow, auditTypes } from '../../shared/audit.ts';
import type { Runs } from '../../shared/transaction.ts';
import type { Resource, Row } from '../resources/declaration.ts';
import { BareRows } from './bare-rows.ts';
import { newValues } from './new-values.ts';
import type { Projection } from './projection.ts';
import { hasSets, listOf } from './row.ts';
import { quoted, type Slot, Statement, valuesOf } from './statement.ts';
import { nameFor } from './statement-name.ts';

/** How a row is to be made. */
export interface Making {
  readonly actor: Actor;
  /** The audit trail's word for it. */
  readonly action: string;
  /** What its maker is to be shown of it at once, where that can be. */
  readonly shown?: Projection | undefined;
  /** Nothing comes after it in its transaction. */
  readonly last: boolean;
}

/** A row as it was made. */
export interface Made {
  readonly id: number;
  /** By field names, without the sets, which are written elsewhere; empty where nothing comes after it. */
  readonly row: Row;
  /** JSON text of what its maker is shown; null when it has to be read. */
  readonly text: string | null;
}

/**
 * Makes a row of these columns in one statement with its entry in the audit trail and what its maker is shown of it.
 * Of rows with sets the entry is not written: it tells of these too.
 */
export async function makeRow(runs: Runs, resource: Resource, columns: Row, making: Making): Promise<Made> {
  const { actor, action } = making;
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  const names = given.map(([column]) => column);
  const values = given.map(([, value]) => value);
  const { text, name, audits, sight, ends } = statementFor(resource, names, making);
  if (audits) {
    const entry = auditRow(actor, { action, resource: resource.name, objectId: null });
    values.push(...known.map((column) => entry[column]));
  }
  if (sight) values.push(...valuesOf(sight.slots, actor.person?.id ?? null));
  const { rows } = await runs[ends ? 'last' : 'run']<Row>(text, values, name);
  const [row] = rows;
  if (!row) throw new Error(`${resource.table} answers nothing for a new row`);
  const body = row[bodyKey];
  delete row[bodyKey];
  const shownText = sight && typeof body === 'string' ? sight.rows.print(body, 1)?.texts : null;
  return { id: row.id as number, row, text: shownText ?? null };
}

interface MakingStatement {
  readonly text: string;
  readonly name: string | undefined;
  /** It writes the entry in the audit trail, too. */
  readonly audits: boolean;
  readonly sight: OwnSight | null;
  /** The transaction ends with it. */
  readonly ends: boolean;
}

type Wish = Pick<Making, 'shown' | 'last'>;

const statements = new WeakMap<Resource | Projection, Map<string, MakingStatement>>();

/** So many choices of columns are remembered of a resource, and of what is shown of it. */
const rememberedChoices = 100;

function statementFor(resource: Resource, names: readonly string[], wish: Wish): MakingStatement {
  const owner = wish.shown ?? resource;
  const choices = statements.get(owner) ?? new Map<string, MakingStatement>();
  statements.set(owner, choices);
  const choice = `${wish.last} ${names.join()}`;
  const compiled = choices.get(choice) ?? compile(resource, names, wish);
  if (choices.size < rememberedChoices) choices.set(choice, compiled);
  return compiled;
}

function compile(resource: Resource, names: readonly string[], { shown, last }: Wish): MakingStatement {
  const audits = !hasSets(resource);
  const entry = audits ? entrySql(resource, names.length) : '';
  const sight = shown ? sightOf(resource, shown, names.length + (audits ? known.length : 0)) : null;
  // What has to be read comes after it.
  const ends = last && (sight !== null || !shown);
  const text = `WITH made AS (${insertSql(resource, names)})${entry}
    SELECT ${ends ? 't.id' : listOf(resource)}${sight ? `, ${sight.columns} ${sight.from}` : ' FROM made AS t'}`;
  return { text, name: nameFor(text), audits, sight, ends };
}

function insertSql({ table }: Resource, names: readonly string[]): string {
  const values = names.map((_, n) => `$${n + 1}`).join(', ');
  const what = names.length > 0 ? `(${names.map(quoted).join(', ')}) VALUES (${values})` : 'DEFAULT VALUES';
  return `INSERT INTO ${table} AS t ${what} RETURNING t.*`;
}

/** What of an audit entry is known before there is a row. */
const known = auditColumns.filter((column) => column !== 'object_id' && column !== 'changes');

/** The entry in the audit trail, as one more part of the statement; its parameters come after `before` others. */
function entrySql(resource: Resource, before: number): string {
  let slot = before;
  const values = auditColumns.map((column) => {
    if (column === 'object_id') return 't.id::text';
    if (column === 'changes') return newValues(resource);
    slot++;
    return `$${slot}::${auditTypes[column]}`;
  });
  return `, told AS (INSERT INTO audit_entries (${auditColumns.join(', ')}) SELECT ${values.join(', ')} FROM made AS t)`;
}

/** Under what key the text of what is shown comes. */
const bodyKey = '$body';

interface OwnSight {
  readonly rows: BareRows;
  readonly columns: string;
  readonly from: string;
  readonly slots: readonly Slot[];
}

/**
 * How a projection reads a row that the same statement makes; null when it can't: what looks at other rows would see
 * them as they were before. Its parameters come after `before` others.
 */
function sightOf(resource: Resource, projection: Projection, before: number): OwnSight | null {
  const slots: Slot[] = Array.from({ length: before }, () => ({ value: null }));
  const statement = new Statement(resource, slots, undefined, true);
  const rows = new BareRows(projection.columns, [], false);
  const list = rows.list(statement);
  const looksAround = projection.only !== undefined || hasSets(resource) || /\bSELECT\b/i.test(list);
  const columns = `(SELECT ${rows.rowSql('row')} FROM (SELECT ${list}) AS row) AS "${bodyKey}"`;
  return looksAround ? null : { rows, columns, from: statement.from('made'), slots: slots.slice(before) };
}
