import type { RequestListener } from 'node:http';
import { ConfigError, type GivenConfig, loadConfig, loadEnvFile } from '../config.ts';
import { ensureSuperuser } from '../identity/first-superuser.ts';
import { openLog } from '../log.ts';
import { closeServices, openServices, type Services } from '../services.ts';
import { type Door, listen } from './listen.ts';
import { placeAmongWorkers } from './place.ts';
import { withProbes } from './probes.ts';
import { runsWorkers, runWorkers } from './workers.ts';
import { letHelpersYield } from './yielding-threads.ts';

/** A service as a main file describes it. */
export interface Program {
  /** What log lines call the process. */
  readonly role: string;
  /** Makes what answers requests. */
  build(services: Services): Promise<RequestListener>;
  /** Settings that hold when the environment says nothing else, not even an empty value. */
  readonly defaults?: NodeJS.ProcessEnv;
  /** Called before requests are answered: for data that has to be there first. Of several processes, by the first. */
  prepare?(services: Services): Promise<void>;
  /** Called once requests are answered, for work beside them. Of several processes, by the first. */
  ready?(services: Services): Promise<void>;
}

/** What a start has got so far, for the end to close. */
interface Opened {
  door?: Door;
  services?: Services;
}

/** Longest time that closing the database may take after the last request; seconds. */
const closingPatience = 10;

/**
 * Runs a service until SIGTERM or Ctrl-C: takes the port, opens the database, serves, and then finishes what is in
 * flight; with WORKERS, in so many processes. A wrong setting ends it with one line on standard error. Never returns:
 * the process ends.
 */
export async function serve(program: Program): Promise<never> {
  const given = settingsOf(program);
  if (runsWorkers(given.workers)) {
    return process.exit(await runWorkers(given.workers, openLog(given.logLevel, program.role)));
  }
  const opened: Opened = {};
  const { promise: told, resolve: end } = Promise.withResolvers<number>();
  const fail = (error: unknown) => {
    end(1);
    report(error, opened);
  };
  // npm passes a Ctrl-C on that the terminal has sent already: further ones change nothing.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(0));
  process.on('uncaughtException', fail);

  const started = begin(program, given, opened, fail).catch(fail);
  const code = await told;
  const drain = opened.services?.config.shutdownSeconds ?? 0;
  setTimeout(() => process.exit(1), (drain + closingPatience) * 1000);
  // Told to end while it starts: what is half open can't be closed.
  await started;
  await opened.door?.close(drain);
  if (opened.services) await closeServices(opened.services);
  return process.exit(code);
}

function settingsOf({ defaults }: Program): GivenConfig {
  try {
    loadEnvFile();
    return loadConfig({ ...defaults, ...process.env });
  } catch (error) {
    report(error, {});
    return process.exit(1);
  }
}

async function begin(
  program: Program,
  given: GivenConfig,
  opened: Opened,
  fail: (error: unknown) => void,
): Promise<void> {
  const place = placeAmongWorkers();
  const isFirst = place === null || place.number === 1;
  opened.door = await listen(given);
  const services = await openServices(reachedAt(given, opened.door.port), { role: program.role });
  opened.services = services;
  await letHelpersYield();
  services.embedded?.onLost(() => fail(new Error('The embedded PostgreSQL has ended')));
  const made = await ensureSuperuser(services);
  if (made) announceSuperuser(made);
  if (isFirst) await program.prepare?.(services);
  opened.door.open(withProbes(services, await program.build(services), place));
  services.log.info(
    {
      listening: addressOf(given.host, opened.door.port),
      publicUrl: services.config.publicUrl,
      data: services.embedded?.home,
      worker: place?.number,
    },
    'ready',
  );
  if (isFirst) await program.ready?.(services);
  place?.serving();
}

function report(error: unknown, { services }: Opened): void {
  if (error instanceof ConfigError) console.error(error.message);
  else if (services) services.log.fatal({ err: error }, 'ended by an error');
  else console.error(error);
}

/** With PORT 0 the address that people use is known only now. */
const reachedAt = (given: GivenConfig, port: number): GivenConfig =>
  given.port === 0 && given.publicUrl.endsWith(':0')
    ? { ...given, port, publicUrl: given.publicUrl.replace(/:0$/, `:${port}`) }
    : { ...given, port };

const addressOf = (host: string, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

function announceSuperuser({ username, password }: { username: string; password: string | null }): void {
  if (password) {
    console.log(`Made the superuser «${username}» with the password ${password} – it is not shown again.`);
  }
}
