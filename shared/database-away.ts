/** What Node says of a connection that is refused, broken or not answered. */
const ofNetwork: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * PostgreSQL: connection exceptions; too many connections; shut down, crashed, starting; no connections to this database;
 * read-only, since another server is the primary now.
 */
const ofServer = /^(08...|53300|57P0[1-5]|55000|25006)$/;

/** The driver's, the pool's and Knex's own words; they carry no code. Knex puts the statement before them. */
const ofDriver =
  /(?:^| - )(Connection terminated|Client (was closed|has encountered a connection error)|timeout exceeded when trying to connect|Query read timeout|Knex: Timeout acquiring a connection)/;

/**
 * Whether an error means that the database can't be asked now: it is restarting, unreachable or full. The request that
 * met it can be sent again; nothing is wrong with it.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return ofNetwork.has(code) || ofServer.test(code) || ofDriver.test(error.message);
}
