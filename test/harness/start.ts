import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { type GivenConfig, loadConfig, settings } from '../../shared/config.ts';
import { openLog } from '../../shared/log.ts';
import { closeServices, openServices, type Services } from '../../shared/services.ts';
import { makeBearer } from './applications.ts';
import { freshDatabase } from './database-server.ts';
import { makePerson, makeToken, type PersonWishes, type TestPerson } from './people.ts';
import { type RequestWishes, request } from './request.ts';
import { type ServiceProcess, startProcess } from './service-process.ts';

/** A running Quartermaster on a database and a data folder of its own. */
export interface Running {
  /** Where both services answer. */
  readonly url: string;
  /** Where the api answers: `url` first, then each further api process. */
  readonly apis: readonly string[];
  readonly knex: Knex;
  readonly services: Services;
  /** Where it keeps files. They go when it is closed. */
  readonly dataDir: string;
  person(wishes: PersonWishes): Promise<TestPerson>;
  /** An API token in InvenTree's spelling; without scopes it may do whatever its person may. */
  tokenFor(person: TestPerson, wishes?: { scopes?: readonly string[] }): Promise<string>;
  /** A JWT from the token endpoint, for an application that acts as this person with these scopes. */
  bearerFor(person: TestPerson, scopes: readonly string[]): Promise<string>;
  /** Requests a path of `url`, or a whole URL. */
  fetch(path: string, wishes?: RequestWishes): Promise<Response>;
  /** The same, with the JSON of the answer read. */
  json<T = unknown>(path: string, wishes?: RequestWishes): Promise<{ status: number; body: T; headers: Headers }>;
  close(): Promise<void>;
}

const secretKey = 'a secret key for tests, long enough to pass';

/**
 * Services on a fresh database, for tests that need no HTTP. Close them with `closeServices`.
 * @param logged hears all that is logged, however little it matters
 */
export async function freshServices(
  config: Partial<GivenConfig> = {},
  logged?: (line: string) => void,
): Promise<Services> {
  const given = {
    ...loadConfig({ LOG_LEVEL: process.env.LOG_LEVEL ?? 'error' }),
    databaseUrl: await freshDatabase(),
    secretKey,
    ...config,
  };
  const services = await openServices(given, { role: 'test' });
  return logged ? { ...services, log: openLog('trace', 'test', { write: logged }) } : services;
}

/** Starts both services on one free port, and `api` further api processes, on a fresh migrated database. */
export async function start(
  wishes: { api?: number; config?: Partial<GivenConfig>; hostname?: string; logged?: (line: string) => void } = {},
): Promise<Running> {
  // First of all: meanwhile the process hears nothing, and connections that it waits for would be given up.
  const { bothServices } = await import('../../main.ts');
  let answer: RequestListener = (_, response) => response.writeHead(503).end();
  const server = createServer((incoming, response) => answer(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://${wishes.hostname ?? '127.0.0.1'}:${port}`;

  const dataDir = await mkdtemp(join(tmpdir(), 'quartermaster-files-'));
  const hangUp = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const clear = () => rm(dataDir, { recursive: true, force: true });
  const services = await freshServices({ port, publicUrl: url, dataDir, ...wishes.config }, wishes.logged).catch(
    async (error: unknown) => {
      // An open port would keep the test's process from ending.
      await hangUp();
      await clear();
      throw error;
    },
  );
  const children: ServiceProcess[] = [];
  const close = async () => {
    await Promise.all(children.map((child) => child.close()));
    await hangUp();
    await closeServices(services);
    await clear();
  };
  try {
    answer = await bothServices(services);
    const env = environmentOf(services.config);
    children.push(
      ...(await Promise.all(Array.from({ length: wishes.api ?? 0 }, () => startProcess('api/main.ts', env)))),
    );
  } catch (error) {
    await close();
    throw error;
  }

  const { knex } = services;
  const at = (path: string) => new URL(path, url).href;
  return {
    url,
    apis: [url, ...children.map((child) => child.url)],
    knex,
    services,
    dataDir,
    person: (person) => makePerson(knex, person),
    tokenFor: (person, { scopes } = {}) => makeToken(knex, person, scopes ?? null),
    bearerFor: (person, scopes) => makeBearer(services, url, person, scopes),
    fetch: (path, wish) => request(at(path), wish),
    json: async <T>(path: string, wish?: RequestWishes) => {
      const response = await request(at(path), wish);
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : null) as T };
    },
    close,
  };
}

/** The environment that gives a child process the same settings. */
export function environmentOf(config: Services['config']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings)
      .map(([key, { variable }]) => [variable, config[key as keyof typeof settings]] as const)
      .filter(([variable, value]) => value !== null && variable !== 'PORT')
      .map(([variable, value]) => [variable, String(value)]),
  );
}
