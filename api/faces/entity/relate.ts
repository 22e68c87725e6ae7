import type { Principal } from '../../../shared/access/principal.ts';
import type { Row } from '../../resources/declaration.ts';
import type { Condition } from '../../store/query.ts';
import { Invalid, NotFound, Refusal } from '../../store/refusals.ts';
import type { Store } from '../../store/store.ts';
import type { Link } from './links.ts';
import { type Asking, type Parameters, parseList } from './parse-list.ts';
import { mostIds } from './parse-record.ts';
import { idProjection, linkedIdsProjection } from './projection.ts';
import type { Entity } from './spelling.ts';

/** Who relates, and through what. */
export interface Relating {
  readonly store: Store;
  readonly principal: Principal;
}

const union = (set: unknown, more: readonly number[]): number[] => [
  ...new Set([...((set ?? []) as number[]), ...more]),
];
const without = (set: unknown, gone: readonly number[]): number[] =>
  ((set ?? []) as number[]).filter((one) => !gone.includes(one));

/** Links a row to others. What is linked already counts. @throws the refusal, when none could be linked */
export async function link(
  { store, principal }: Relating,
  link: Link,
  id: number,
  others: readonly number[],
): Promise<number> {
  const { holder, field, several } = link;
  const write = (row: number, given: (before: Row) => Row) => store.update(principal, holder, row, given, false);
  if (link.from === 'own') {
    if (!several) {
      const [other] = others;
      if (others.length !== 1) throw new Invalid({ id: ['One id is required: this leads to one row only.'] });
      await write(id, () => ({ [field]: other }));
      return 1;
    }
    const add = (more: readonly number[]) => write(id, (before) => ({ [field]: union(before[field], more) }));
    // All at once; where one of them stands in the way, each for itself, as from the other end.
    const { refusal } = await trying([id], () => add(others));
    if (refusal) return eachOf(others, (other) => add([other]));
    return others.length;
  }
  const isSet = holder.fields[field]?.kind === 'many';
  return eachOf(others, (other) => write(other, (before) => ({ [field]: isSet ? union(before[field], [id]) : id })));
}

/** Takes links away. @throws the refusal, when there was none to take away */
export async function unlink(
  { store, principal }: Relating,
  link: Link,
  id: number,
  others: readonly number[],
): Promise<number> {
  const { holder, field } = link;
  const isSet = holder.fields[field]?.kind === 'many';
  const taken = (before: Row, gone: readonly number[]): Row => {
    const held = isSet ? (before[field] as number[]) : [before[field] as number];
    if (!gone.some((one) => held.includes(one))) throw new NotFound('These are not linked.');
    return { [field]: isSet ? without(held, gone) : null };
  };
  const write = (row: number, gone: readonly number[]) =>
    store.update(principal, holder, row, (before) => taken(before, gone), false);
  if (link.from === 'back') return eachOf(others, (other) => write(other, [id]));
  await write(id, others);
  return others.length;
}

/** Does something to each row, in a transaction of its own. @throws the first refusal, when all refuse */
export async function eachOf(ids: readonly number[], work: (id: number) => Promise<unknown>): Promise<number> {
  const { done, refusal } = await trying(ids, work);
  if (done.length === 0 && refusal) throw refusal;
  return done.length;
}

/** Does something to each row; answers those that let it, and the first refusal. */
export async function trying(
  ids: readonly number[],
  work: (id: number) => Promise<unknown>,
): Promise<{ done: number[]; refusal: Refusal | null }> {
  const done: number[] = [];
  let refusal: Refusal | null = null;
  for (const id of ids) {
    try {
      await work(id);
      done.push(id);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal ??= error;
    }
  }
  return { done, refusal };
}

/**
 * The condition for the rows at the other end; null when the row itself is not there for the caller.
 * @throws Unauthenticated, Forbidden when they may not view rows of that kind
 */
export async function linkedTo(
  { store, principal }: Relating,
  entity: Entity,
  link: Link,
  id: number,
): Promise<Condition | null> {
  let text: string;
  try {
    text = await store.get(principal, linkedIdsProjection(entity, link), id);
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
  const { field, holder } = link;
  if (link.from === 'own') return { op: 'in', path: 'id', values: (JSON.parse(text) as { ids: number[] }).ids };
  return holder.fields[field]?.kind === 'many'
    ? { op: 'overlaps', path: field, values: [id] }
    : { op: 'eq', path: field, value: id };
}

/** Ids of the rows that a `where` finds. @throws Invalid when they are more than one request may change */
export async function idsWhere(
  { store, principal }: Relating,
  entity: Entity,
  asking: Asking,
  parameters: Parameters,
  more: readonly Condition[] = [],
): Promise<number[]> {
  const { query } = parseList(entity, parameters, asking);
  const page = { kind: 'offset', offset: 0, limit: mostIds + 1, uncounted: true } as const;
  const { text } = await store.list(principal, idProjection(entity), {
    ...query,
    where: [...query.where, ...more],
    page,
  });
  const rows = JSON.parse(text ?? '[]') as { id: string }[];
  if (rows.length > mostIds) throw new Invalid({ where: [`It finds more than ${mostIds} rows. Narrow it.`] });
  return rows.map(({ id }) => Number(id));
}
