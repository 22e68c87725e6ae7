import type pg from 'pg';
import type { Resource } from '../resources/declaration.ts';
import { countSql, countUpTo, exactUpTo } from './count.ts';
import { quoted, type Slot, Statement, valuesOf } from './statement.ts';
import { visibleSql } from './visible.ts';

/** How many rows each tab of a resource has for a caller, in one statement; so many at most as lists count exactly. */
export async function countTabs(
  db: pg.Pool,
  resource: Resource,
  me: number | null,
  ownOnly: boolean,
): Promise<Readonly<Record<string, number>>> {
  const slots: Slot[] = [];
  const counts = Object.entries(resource.tabs ?? {}).map(([name, { sql }]) => {
    const statement = new Statement(resource, slots);
    const where = [...visibleSql(statement, ownOnly), `(${statement.fill(sql)})`];
    return `(${countUpTo(countSql(statement, where).rows, exactUpTo)}) AS ${quoted(name)}`;
  });
  if (counts.length === 0) return {};
  const { rows } = await db.query<Record<string, number>>(`SELECT ${counts.join(', ')}`, valuesOf(slots, me));
  return rows[0] ?? {};
}
