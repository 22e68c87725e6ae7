import type { Knex } from 'knex';

/** Months that are made ahead, so that the trail goes on by itself when nobody runs anything for a while. */
const ahead = 2;

/**
 * Makes the partitions that the trail needs next, and those of entries that found none. Writers go on meanwhile.
 * @returns how many were made
 */
export async function makeAuditMonths(knex: Knex): Promise<number> {
  const { rows } = await knex.raw<{ rows: [{ made: number }] }>('SELECT make_audit_months(?) AS made', [ahead]);
  return rows[0].made;
}

/** A month that was dropped, `YYYY-MM`, and how many entries it held. */
export interface DroppedMonth {
  readonly month: string;
  readonly entries: number;
}

/**
 * Drops the months that lie wholly before the last `keep` ones and the current one. Only what is sealed goes, so that
 * what stays can still be verified.
 */
export async function dropAuditMonths(knex: Knex, keep: number): Promise<DroppedMonth[]> {
  const { rows } = await knex.raw<{ rows: Array<{ month: string; entries: string }> }>(
    `SELECT to_char(month, 'YYYY-MM') AS month, entries
       FROM drop_audit_months((date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => ?))::date)`,
    [keep],
  );
  return rows.map(({ month, entries }) => ({ month, entries: Number(entries) }));
}
