import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

/** Names under which secrets travel; a log line shows that they were there, not what they were. */
const secretNames = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'passwd',
  'secret',
  'client_secret',
  'clientSecret',
  'secretKey',
  'adminPassword',
  'metricsToken',
  'databaseUrl',
  'databaseReadUrl',
  'databaseDirectUrl',
  'connectionString',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'code',
  'code_verifier',
  'device_code',
  'user_code',
  'csrf',
];

/** `ECONNREFUSED`, `57P01`: the form of no secret of ours. */
const errorCode = /^(?:E[A-Z_]{3,30}|ERR_[A-Z_]{3,60}|\d{2}[0-9A-Z]{3})$/;

/** Secrets are blotted out at the top of a log object and two levels below it. */
const redact = {
  paths: ['', '*.', '*.*.'].flatMap((prefix) =>
    secretNames.map((name) => (prefix ? `${prefix}${name.includes('-') ? `["${name}"]` : name}` : `["${name}"]`)),
  ),
  // What Node and PostgreSQL call an error's code is no authorization code.
  censor: (value: unknown) => (typeof value === 'string' && errorCode.test(value) ? value : '[redacted]'),
};

/** An error whole, but for what PostgreSQL tells of a row that it refused: all that stands in it. */
function plainError(error: Error): object {
  const { detail: _, ...told } = stdSerializers.err(error);
  return told;
}

/** A logger of JSON lines on standard output, or where `destination` leads. */
export function openLog(level: string, name: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service: name, pid: process.pid },
      redact,
      serializers: { err: plainError },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}
