import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Knex } from 'knex';
import { createApi } from '../../api/app.ts';
import type { Person, Principal } from '../../shared/access/principal.ts';
import type { GivenConfig } from '../../shared/config.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshServices, type PersonWishes, type TestPerson } from '../harness/index.ts';
import { makePerson } from '../harness/people.ts';
import { type RequestWishes, request } from '../harness/request.ts';

export interface Mounted {
  readonly url: string;
  readonly knex: Knex;
  readonly services: Services;
  person(wishes: PersonWishes): Promise<TestPerson>;
  fetch(path: string, wishes?: RequestWishes): Promise<Response>;
  json<T = unknown>(path: string, wishes?: RequestWishes): Promise<{ status: number; body: T; headers: Headers }>;
  close(): Promise<void>;
}

/** The resource API alone, on a free port and a fresh database. */
export async function mountApi(config: Partial<GivenConfig> = {}): Promise<Mounted> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const services = await freshServices({ publicUrl: url, ...config });
  server.on('request', (await createApi(services)).callback());
  const at = (path: string) => new URL(path, url).href;
  return {
    url,
    knex: services.knex,
    services,
    person: (wishes) => makePerson(services.knex, wishes),
    fetch: (path, wishes) => request(at(path), wishes),
    json: async <T>(path: string, wishes?: RequestWishes) => {
      const response = await request(at(path), wishes);
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : null) as T };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await closeServices(services);
    },
  };
}

/** Somebody with these rights, as a request would bring them. */
export function principal(person: Partial<Person> | null, wishes: Partial<Principal> = {}): Principal {
  const somebody: Person | null = person && {
    id: 1,
    username: 'somebody',
    firstName: '',
    lastName: '',
    email: '',
    isActive: true,
    emailConfirmed: false,
    isStaff: false,
    isSuperuser: false,
    groups: [],
    rights: new Map(),
    ...person,
  };
  return {
    person: somebody,
    proof: somebody ? 'bearer' : 'anonymous',
    scopes: null,
    application: null,
    tokenId: null,
    address: null,
    ...wishes,
  };
}
