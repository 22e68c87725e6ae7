import { permissions, roleNames } from '../../shared/access/roles.ts';
import type { GivenConfig } from '../../shared/config.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

export type Body = Record<string, unknown> & { pk: number };

/** A storekeeper at work over HTTP, as InvenTree's Python client speaks: every request carries a JSON body. */
export interface Bench {
  readonly q: Running;
  readonly keeper: TestPerson;
  readonly token: string;
  get<T = Body>(path: string): Promise<{ status: number; body: T }>;
  post<T = Body>(path: string, json: object): Promise<{ status: number; body: T }>;
  patch<T = Body>(path: string, json: object): Promise<{ status: number; body: T }>;
  remove(path: string, json?: object): Promise<{ status: number; body: unknown }>;
  makePart(more?: object): Promise<number>;
  makeStock(values: object): Promise<number>;
  makePlace(more?: object): Promise<number>;
  historyOf(item: number): Promise<Body[]>;
}

export async function openBench(config: Partial<GivenConfig> = {}): Promise<Bench> {
  const q = await start({ config });
  const keeper = await q.person({
    username: 'keeper',
    rights: Object.fromEntries(roleNames.map((role) => [role, permissions])),
  });
  const token = await q.tokenFor(keeper);
  const call = async (method: string, path: string, json: object = {}) => {
    const { status, body } = await q.json(path, { as: token, method, ...(method !== 'GET' && { json }) });
    return { status, body: body as never };
  };
  let made = 0;
  const pkOf = ({ status, body }: { status: number; body: Body | Body[] }): number => {
    const first = Array.isArray(body) ? body[0] : body;
    if (status !== 201 || !first) throw new Error(`${status} ${JSON.stringify(body)}`);
    return first.pk;
  };
  const post = (path: string, json: object) => call('POST', `${path}?format=json`, json);
  return {
    q,
    keeper,
    token,
    get: (path) => call('GET', path),
    post,
    patch: (path, json) => call('PATCH', `${path}?format=json`, json),
    remove: (path, json) => call('DELETE', path, json),
    makePart: async (more) => pkOf(await post('/api/part/', { name: `Part ${++made}`, ...more })),
    makeStock: async (values) => pkOf(await post('/api/stock/', values)),
    makePlace: async (more) => pkOf(await post('/api/stock/location/', { name: `Place ${++made}`, ...more })),
    historyOf: async (item) => (await call('GET', `/api/stock/track/?item=${item}`)).body,
  };
}
