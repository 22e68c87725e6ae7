import type { Knex } from 'knex';

type Value = string | number | boolean | Buffer | string[] | null;

/** A statement that the server prepares once a connection; `name` is its own among all of them. */
export const prepared =
  <Row>(name: string, sql: string) =>
  async (db: Knex, values: readonly Value[]): Promise<{ rows: Row[]; rowCount: number }> =>
    db.raw<{ rows: Row[]; rowCount: number }>(sql, [...values]).options({ name });
