import pg from 'pg';

/**
 * A connection that prepares nothing by name: behind a pooler that lends sessions by the transaction, the next one
 * would not know it, or know another by that name.
 */
export class UnnamedClient extends pg.Client {
  constructor(settings?: string | pg.ClientConfig) {
    super(settings);
    const query = this.query.bind(this) as (...given: unknown[]) => unknown;
    this.query = ((first: unknown, ...rest: unknown[]) => query(withoutName(first), ...rest)) as pg.Client['query'];
  }
}

/** Cursors, and whatever else sends itself, have no name. */
const withoutName = (query: unknown): unknown =>
  typeof query === 'object' && query !== null && 'name' in query && !('submit' in query)
    ? { ...query, name: undefined }
    : query;
