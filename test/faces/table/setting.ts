import { request } from 'node:http';
import { makeApiToken } from '../../../shared/identity/api-tokens.ts';
import { type Running, start, type TestPerson } from '../../harness/index.ts';

/** A small lab, with somebody who may do everything. */
export interface Setting extends Running {
  /** Bearer token of a superuser, in Qore's spelling. */
  readonly root: string;
  readonly ids: Readonly<Record<'lab1' | 'lab2' | 'rack1' | 'rack2' | 'hardware' | 'alpha' | 'beta' | 'gamma', number>>;
}

/** Token in Qore's spelling: `{id}|qore_…`. */
export async function deviceToken({ knex }: Running, { id }: TestPerson, expiresAt: Date | null = null) {
  return makeApiToken(knex, { userId: id, name: 'ERP sync', spelling: 'qore', scopes: null, expiresAt });
}

export async function setting(): Promise<Setting> {
  const q = await start();
  const { knex } = q;
  const make = async (table: string, values: object): Promise<number> =>
    (await knex(table).insert(values).returning('id'))[0].id;
  const building = await make('building', { code: 'N1' });
  const lab1 = await make('lab', { name: 'Compute', building_id: building });
  const lab2 = await make('lab', { name: 'Radio', building_id: building });
  const rack1 = await make('rack', { number: 1, lab_id: lab1 });
  const rack2 = await make('rack', { number: 2, lab_id: lab2 });
  const hardware = await make('host_hardware', { name: 'R640' });
  const host = (hostname: string, rack_id: number | null, more = {}) =>
    make('host', { hostname, hardware_id: hardware, rack_id, status: 'active', ...more });
  const ids = {
    lab1,
    lab2,
    rack1,
    rack2,
    hardware,
    alpha: await host('alpha', rack1, { ip: '10.0.0.1', details: 'first' }),
    beta: await host('beta', rack2, { status: 'retired' }),
    gamma: await host('gamma', null, { hypervisor: true, details: 'third 50%' }),
  };
  const root = (await deviceToken(q, await q.person({ username: 'root', superuser: true, email: 'root@lab.example' })))
    .clear;
  return { ...q, root, ids };
}

export interface Told<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** What a PHP or Python client does and `fetch` refuses to: GET with a JSON body, written as given. */
export function getWithBody<Body = Table>(
  { url }: Running,
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<Told<Body>> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), {
      method: 'GET',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
    });
    sent.once('error', reject);
    sent.once('response', async (response) => {
      const text = (await response.toArray()).join('');
      const told = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as [string, string]);
      resolve({ status: response.statusCode ?? 0, headers: new Headers(told), body: JSON.parse(text) });
    });
    sent.end(body);
  });
}

export interface Labelled {
  value: number;
  label: string;
}

/** A table's answer. */
export interface Table<Row = Record<string, unknown> & { id: number; actions: string[] }> {
  data: Row[];
  columns: {
    name: string;
    label: string;
    type: string;
    sortable: boolean;
    searchable: boolean;
    options_url?: string;
  }[];
  tabs: { name: string; label: string; active: boolean; count: number }[];
  actions: { name: string; label: string; confirm: boolean; fields: object[] }[];
  state: Record<string, unknown>;
  permissions: { create: boolean };
  resource: string;
  table: string;
  meta: Record<'current_page' | 'last_page' | 'per_page' | 'total', number> & {
    from: number | null;
    to: number | null;
    path: string;
  };
  links: Record<'first' | 'last' | 'prev' | 'next', string | null>;
}

/** A refusal in Laravel's form. */
export interface Refused {
  message: string;
  errors: Record<string, string[]>;
}
