import { join, resolve } from 'node:path';
import {
  hosts,
  oneOf,
  origin,
  postgresUrl,
  smtpUrl,
  text,
  timeZone,
  type ValueKind,
  wholeNumber,
  words,
} from './config-values.ts';

/** A setting that is wrong or missing; the message is one line that names the variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** One setting: its variable, what it takes, what holds when it is absent, and what it is for. */
interface Setting<T> {
  readonly variable: string;
  readonly kind: ValueKind<T>;
  /** Null: there is none, or it follows from others as `otherwise` says. */
  readonly standard: T | null;
  /** What the table says in place of the standard value. */
  readonly otherwise?: string;
  readonly about: string;
}

const setting = <T>(declared: Omit<Setting<T>, 'standard'> & { standard: T }): Setting<T> & { standard: T } => declared;
const optional = <T>(declared: Omit<Setting<T>, 'standard'>): Setting<T> & { standard: null } => ({
  ...declared,
  standard: null,
});

/** Every setting there is. The table in docs/configuration.md is printed from here. */
export const settings = {
  port: setting({
    variable: 'PORT',
    kind: wholeNumber(0, 65535),
    standard: 8000,
    about: 'Port to listen on; 0 takes any free one.',
  }),
  host: setting({
    variable: 'HOST',
    kind: text('an address or host name'),
    standard: '127.0.0.1',
    about: 'Address to listen on; `0.0.0.0` or `::` listens on all of them.',
  }),
  workers: setting({
    variable: 'WORKERS',
    kind: wholeNumber(1, 64),
    standard: 1,
    about: 'How many processes answer on the port, each on a processor of its own; one that ends is replaced.',
  }),
  publicUrl: optional({
    variable: 'PUBLIC_URL',
    kind: origin,
    otherwise: '`http://localhost:PORT`',
    about:
      'Where people and applications reach it, also behind a proxy. Tokens are issued for this address: all processes of an installation need the same.',
  }),
  dataDir: setting({
    variable: 'DATA_DIR',
    kind: text('a folder'),
    standard: '.data',
    about: 'Where the embedded database and the generated secret key are kept.',
  }),
  databaseUrl: optional({
    variable: 'DATABASE_URL',
    kind: postgresUrl,
    otherwise: 'an embedded PostgreSQL in `DATA_DIR`',
    about: 'The PostgreSQL server (14 or later) and database to use.',
  }),
  databaseReadUrl: optional({
    variable: 'DATABASE_READ_URL',
    kind: postgresUrl,
    otherwise: 'all is read from the primary',
    about:
      'A streaming replica of that database, for lists, searches and reports. Nobody misses there what was written before they asked.',
  }),
  databasePooler: setting({
    variable: 'DATABASE_POOLER',
    kind: oneOf('none', 'session', 'transaction', 'transaction-prepared'),
    standard: 'none',
    about:
      'What `DATABASE_URL` leads through: a pooler that lends sessions for as long as a connection lasts, or by the transaction; and then whether it keeps prepared statements, as PgBouncer 1.21 or later does with `max_prepared_statements`.',
  }),
  databaseDirectUrl: optional({
    variable: 'DATABASE_DIRECT_URL',
    kind: postgresUrl,
    otherwise: '`DATABASE_URL`',
    about:
      'The way to the same database past a pooler: for the line on which it tells what changed, and for bringing its tables up to date.',
  }),
  databaseConnections: setting({
    variable: 'DATABASE_CONNECTIONS',
    kind: wholeNumber(4, 1000),
    standard: 20,
    about: 'Most connections that one process opens to the database; half as many more to its replica.',
  }),
  secretKey: optional({
    variable: 'SECRET_KEY',
    kind: text('at least 32 random characters', 32),
    otherwise: 'generated and kept in `DATA_DIR` with the embedded database; required with `DATABASE_URL`',
    about: 'Seals signing keys and cookies. Whoever knows it can forge sign-ins; who loses it must issue new ones.',
  }),
  adminUsername: setting({
    variable: 'ADMIN_USERNAME',
    kind: text('a user name', 1, 150),
    standard: 'admin',
    about: 'The superuser made at the first start, when there is none yet.',
  }),
  adminPassword: optional({
    variable: 'ADMIN_PASSWORD',
    kind: text('at least 8 characters', 8),
    otherwise: 'a random one, printed once',
    about: 'Password of that superuser. Later starts do not change it.',
  }),
  anonymousRead: setting({
    variable: 'ANONYMOUS_READ',
    kind: oneOf('none', 'bookables', 'all'),
    standard: 'bookables',
    about:
      'What requests without credentials may read: nothing, what can be booked, or all of inventory and booking. Never people.',
  }),
  timeZone: setting({
    variable: 'TIME_ZONE',
    kind: timeZone,
    standard: 'UTC',
    about: 'Zone of the days that bookings count in, and of dates on pages.',
  }),
  instanceName: setting({
    variable: 'INSTANCE_NAME',
    kind: text('a name', 1, 100),
    standard: 'Quartermaster',
    about: 'What pages and `GET /api/` call this installation.',
  }),
  trustProxy: setting({
    variable: 'TRUST_PROXY',
    kind: wholeNumber(0, 10),
    standard: 0,
    about: 'How many proxies stand before it, whose `X-Forwarded-*` headers are believed.',
  }),
  attachmentMegabytes: setting({
    variable: 'ATTACHMENT_MB',
    kind: wholeNumber(1, 10_000),
    standard: 50,
    about:
      'The largest file that may be attached, in megabytes. Files are kept in `DATA_DIR`, which several processes then share.',
  }),
  accessTokenSeconds: setting({
    variable: 'ACCESS_TOKEN_SECONDS',
    kind: wholeNumber(60, 86400),
    standard: 3600,
    about: 'How long an access token lives.',
  }),
  refreshTokenDays: setting({
    variable: 'REFRESH_TOKEN_DAYS',
    kind: wholeNumber(1, 365),
    standard: 30,
    about: 'How long a refresh token lives when it is not used.',
  }),
  keyRotationDays: setting({
    variable: 'KEY_ROTATION_DAYS',
    kind: wholeNumber(0, 3650),
    standard: 90,
    about: 'How long a key signs tokens before the next one does; 0: until `npm run keys -- rotate`.',
  }),
  privateHosts: setting({
    variable: 'PRIVATE_HOSTS',
    kind: hosts,
    standard: [],
    otherwise: 'none',
    about:
      'Hosts in private networks that it may call where an application registered an address of its keys or for sign-outs.',
  }),
  clientRegistration: setting({
    variable: 'CLIENT_REGISTRATION',
    kind: oneOf('off', 'token', 'open'),
    standard: 'off',
    about:
      'Whether applications may register themselves (RFC 7591): not at all, with a token that a superuser made, or all of them, for `g:read` only.',
  }),
  requirePar: setting({
    variable: 'REQUIRE_PAR',
    kind: oneOf('no', 'yes'),
    standard: 'no',
    about:
      'Whether every application has to push its authorization requests (RFC 9126), not only those that a superuser bound to it.',
  }),
  requireDpop: setting({
    variable: 'REQUIRE_DPOP',
    kind: oneOf('no', 'yes'),
    standard: 'no',
    about:
      'Whether every access token is bound to a key (RFC 9449), not only those of applications that a superuser bound to it; the API then takes no others. API tokens, passwords and browsers go on as ever.',
  }),
  sessionHours: setting({
    variable: 'SESSION_HOURS',
    kind: wholeNumber(1, 720),
    standard: 12,
    about: 'How long a browser stays signed in when nobody uses it.',
  }),
  passwordWords: setting({
    variable: 'PASSWORD_WORDS',
    kind: words,
    standard: [],
    otherwise: 'none',
    about:
      'Words that everybody in the organization knows: its names, places, products. A password made of them is refused, as one made of `INSTANCE_NAME` is.',
  }),
  breachedPasswords: optional({
    variable: 'BREACHED_PASSWORDS',
    kind: text('a file'),
    otherwise: 'only passwords that everybody tries are refused',
    about:
      'A file of passwords that are known from breaches, which nobody may choose: SHA-1 hashes in hex, one a line, sorted, with or without `:count`, as «Have I Been Pwned» is downloaded. It is searched on disk; nothing is asked of a service.',
  }),
  setPasswords: setting({
    variable: 'SET_PASSWORDS',
    kind: oneOf('always', 'without-mail', 'never'),
    standard: 'without-mail',
    about:
      'Whether superusers may choose the password of somebody else through the API. Best they never do, since they know it then: they send a link by which people choose their own. That takes a mail server, so without `SMTP_URL` they may.',
  }),
  smtpUrl: optional({
    variable: 'SMTP_URL',
    kind: smtpUrl,
    otherwise: 'mails are kept as files in `DATA_DIR/outbox` and reach nobody',
    about:
      'The mail server that sends links for forgotten passwords and invitations, warnings about accounts, and notices of bookings.',
  }),
  mailFrom: optional({
    variable: 'MAIL_FROM',
    kind: text('an address such as `Lab <lab@example.org>`', 3, 320),
    otherwise: '`quartermaster@` and the host of `PUBLIC_URL`',
    about: 'Who mails come from.',
  }),
  retentionDays: setting({
    variable: 'RETENTION_DAYS',
    kind: wholeNumber(1, 3650),
    standard: 84,
    about:
      'How long scans, settled findings, notices that are over and sent mails are kept. Bookings are never deleted.',
  }),
  auditMonths: optional({
    variable: 'AUDIT_MONTHS',
    kind: wholeNumber(1, 1200),
    otherwise: 'the whole trail is kept',
    about:
      'How many whole months of the audit trail are kept beside the current one. Older months are dropped by the nightly maintenance; what stays can still be verified.',
  }),
  offlineHours: setting({
    variable: 'OFFLINE_HOURS',
    kind: wholeNumber(1, 8760),
    standard: 48,
    about: 'After how long without a sighting an active host counts as offline, and a virtual one as gone.',
  }),
  reservationReminderDays: setting({
    variable: 'RESERVATION_REMINDER_DAYS',
    kind: wholeNumber(1, 3650),
    standard: 84,
    about: 'How often whoever holds a reservation is asked whether it is still needed.',
  }),
  authTokenLifetime: setting({
    variable: 'AUTH_TOKEN_LIFETIME',
    kind: wholeNumber(0, 87600),
    standard: 0,
    about:
      'Hours that a token lives which a client gets for a password at `/api/v1/App/user`; 0: until it is not used.',
  }),
  authTokenMaxIdleTime: setting({
    variable: 'AUTH_TOKEN_MAX_IDLE_TIME',
    kind: wholeNumber(0, 87600),
    standard: 120,
    about: 'Hours after which such a token ends when nobody uses it; 0: never.',
  }),
  metricsToken: optional({
    variable: 'METRICS_TOKEN',
    kind: text('at least 16 characters', 16),
    otherwise: 'only the machine itself may read `/metrics`',
    about: 'Bearer token that opens `/metrics` to others.',
  }),
  shutdownSeconds: setting({
    variable: 'SHUTDOWN_SECONDS',
    kind: wholeNumber(0, 300),
    standard: 8,
    about: 'How long requests in flight may take to finish after SIGTERM or Ctrl-C.',
  }),
  logLevel: setting({
    variable: 'LOG_LEVEL',
    kind: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    standard: 'info',
    about: 'Least severe log line to write. Logs are JSON lines on standard output.',
  }),
};

type Read = { [Key in keyof typeof settings]: SettingValue<(typeof settings)[Key]> };
type SettingValue<S> = S extends { standard: null; kind: ValueKind<infer T> }
  ? T | null
  : S extends { kind: ValueKind<infer T> }
    ? T
    : never;

/** The settings as they were given. The embedded database brings its own secret key, so it may be absent here. */
export interface GivenConfig extends Readonly<Omit<Read, 'publicUrl'>> {
  /** Origin that people use, without a trailing slash. */
  readonly publicUrl: string;
}

/** The settings of a running service: a secret key is there. */
export interface Config extends GivenConfig {
  readonly secretKey: string;
}

/**
 * Reads every setting from the environment. An empty variable counts as absent.
 * @throws ConfigError naming the first variable that is wrong
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): GivenConfig {
  const read = Object.fromEntries(
    Object.entries(settings).map(([key, { variable, kind, standard }]) => [
      key,
      readOne(variable, kind, standard, env[variable]?.trim()),
    ]),
  ) as Read;
  if (read.databaseUrl && !read.secretKey) {
    throw new ConfigError(
      'SECRET_KEY is missing: with DATABASE_URL set it is required, and the same for every process (openssl rand -hex 32 makes one)',
    );
  }
  if (read.databaseReadUrl && !read.databaseUrl) {
    throw new ConfigError('DATABASE_READ_URL takes a DATABASE_URL: the embedded database has no replica');
  }
  if (read.databasePooler !== 'none' && !(read.databaseUrl && read.databaseDirectUrl)) {
    throw new ConfigError(
      'DATABASE_POOLER takes a DATABASE_URL through the pooler and a DATABASE_DIRECT_URL past it: what the database tells of revocations needs a session of its own',
    );
  }
  return {
    ...read,
    dataDir: resolve(read.dataDir),
    publicUrl: read.publicUrl ?? `http://localhost:${read.port}`,
  };
}

function readOne<T>(variable: string, kind: ValueKind<T>, standard: T | null, given: string | undefined): T | null {
  if (!given) return standard;
  try {
    return kind.read(given);
  } catch (error) {
    throw new ConfigError(`${variable} ${(error as Error).message}`);
  }
}

/** Adds what `.env` in the working folder says to the environment, where the environment does not say it itself. */
export function loadEnvFile(folder = process.cwd()): void {
  try {
    process.loadEnvFile(join(folder, '.env'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new ConfigError(`.env can not be read: ${(error as Error).message}`);
    }
  }
}
