import type { Knex } from 'knex';
import type pg from 'pg';

type Value = string | number | boolean | Buffer | string[] | null;

interface Found<Row> {
  rows: Row[];
  rowCount: number;
}

/**
 * A statement that the server prepares once a connection; `name` is its own among all of them. Outside a transaction it
 * goes to a connection as it is: it is all that happens there, and nothing has to be built.
 */
export function prepared<Row>(name: string, sql: string): (db: Knex, values: readonly Value[]) => Promise<Found<Row>> {
  let n = 0;
  const text = sql.replace(/\?/g, () => `$${++n}`);
  return async (db, values) => {
    if (db.isTransaction) return db.raw<Found<Row>>(sql, [...values]).options({ name });
    const connection: pg.Client = await db.client.acquireConnection();
    try {
      return (await connection.query({ name, text, values: [...values] })) as unknown as Found<Row>;
    } finally {
      db.client.releaseConnection(connection);
    }
  };
}
