import pg from 'pg';
import { permissions } from '../shared/access/roles.ts';
import { loadConfig } from '../shared/config.ts';
import type { EmbeddedPostgres } from '../shared/embedded-postgres.ts';
import { hashPassword } from '../shared/identity/passwords.ts';
import { closeServices, openServices, type Services } from '../shared/services.ts';
import { makeBearer } from '../test/harness/applications.ts';
import { makePerson, type TestPerson } from '../test/harness/people.ts';
import { type ServiceProcess, startProcess } from '../test/harness/service-process.ts';
import type { Route } from './bare/serve.ts';
import { fillWithHosts } from './fill.ts';
import { progress } from './progress.ts';

/** The api and the identity provider, a process each, on a database of its own with so many hosts. */
export class Stage {
  readonly hosts: number;
  readonly services: Services;
  readonly api: ServiceProcess;
  readonly idp: ServiceProcess;
  /** Who the tokens speak for: may do anything with hosts and bookings. */
  readonly person: TestPerson;
  readonly #running: ServiceProcess[];
  readonly #bearers = new Map<string, string>();

  private constructor(
    hosts: number,
    services: Services,
    { api, idp }: { api: ServiceProcess; idp: ServiceProcess },
    person: TestPerson,
  ) {
    this.hosts = hosts;
    this.services = services;
    this.api = api;
    this.idp = idp;
    this.person = person;
    this.#running = [api, idp];
  }

  /** @param profiles a folder for a CPU profile of each service, written when it ends; null: none are made */
  static async open(postgres: EmbeddedPostgres, hosts: number, profiles: string | null): Promise<Stage> {
    progress(`filling a database with ${hosts.toLocaleString('en')} hosts`);
    const url = await databaseFor(postgres, `bench_${hosts}`);
    const given = { DATABASE_URL: url, SECRET_KEY: postgres.secretKey, DATA_DIR: postgres.home, TRUST_PROXY: '1' };
    const profiled = (name: string): Record<string, string> =>
      profiles
        ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-name=${name}-${hosts}.cpuprofile --cpu-prof-dir=${profiles}` }
        : {};
    const idp = await startProcess('idp/main.ts', {
      ...given,
      ...profiled('idp'),
      ADMIN_PASSWORD: 'a password for measuring',
    });
    const PUBLIC_URL = `http://localhost:${new URL(idp.url).port}`;
    const services = await openServices(loadConfig({ ...given, PUBLIC_URL, LOG_LEVEL: 'error' }), { role: 'bench' });
    await fillWithHosts(url, hosts);
    const api = await startProcess('api/main.ts', { ...given, ...profiled('api'), PUBLIC_URL });
    const rights = { host: permissions, booking: permissions };
    const password = 'a long password';
    const person = await makePerson(services.knex, { username: 'measurer', password, rights });
    return new Stage(hosts, services, { api, idp }, person);
  }

  /** Headers of a request with a JWT that has these scopes. */
  async bearer(...scopes: string[]): Promise<Record<string, string>> {
    const wanted = scopes.join(' ');
    const token = this.#bearers.get(wanted) ?? (await makeBearer(this.services, this.idp.url, this.person, scopes));
    this.#bearers.set(wanted, token);
    return { authorization: `Bearer ${token}` };
  }

  /** Starts a bare server on the same database. */
  async bare(printing: 'rows' | 'text', routes: readonly Route[]): Promise<ServiceProcess> {
    const BARE = JSON.stringify({ databaseUrl: this.services.config.databaseUrl, routes });
    const server = await startProcess(`bench/bare/${printing}.ts`, { BARE });
    this.#running.push(server);
    return server;
  }

  /** Puts people into the database who can sign in with one password. */
  async guests(): Promise<{ people: number; password: string }> {
    const people = 5000;
    const password = 'a password of many';
    await this.services.knex.raw(
      `INSERT INTO users (username, password) SELECT 'guest' || n, ? FROM generate_series(0, ?::int) AS n
         ON CONFLICT DO NOTHING`,
      [await hashPassword(password), people - 1],
    );
    return { people, password };
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((one) => one.close()));
    await closeServices(this.services);
  }
}

async function databaseFor({ databaseUrl }: EmbeddedPostgres, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}
