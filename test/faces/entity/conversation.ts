import type { Running, TestPerson } from '../../harness/index.ts';

/** What `/api/v1/` answered. */
export interface Reply<T> {
  readonly status: number;
  readonly body: T;
  readonly reason: string | null;
}

export interface Listed<Row = Record<string, unknown>> {
  readonly total: number;
  readonly list: Row[];
}

/** A client of AtroCore: gets its token once, then sends it with each call. */
export interface Client {
  readonly authorizationToken: string;
  call<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Reply<T>>;
  get<T = Record<string, unknown>>(path: string): Promise<Reply<T>>;
  /** A list with this `where`, as JSON. */
  find<Row = Record<string, unknown>>(entity: string, where: unknown, more?: string): Promise<Reply<Listed<Row>>>;
}

export const pair = (name: string, secret: string): string => Buffer.from(`${name}:${secret}`).toString('base64');

/** Signs in as the seed's document says, and speaks with the token from then on. */
export async function signIn(q: Running, person: TestPerson): Promise<Client> {
  const { body } = await q.json<{ authorizationToken: string }>('/api/v1/App/user', {
    headers: { 'Espo-Authorization': pair(person.username, person.password), 'Authorization-Token-Only': 'True' },
  });
  return speaking(q, { 'Authorization-Token': body.authorizationToken }, body.authorizationToken);
}

/** A client that sends these headers. */
export function speaking(q: Running, headers: Record<string, string>, authorizationToken = ''): Client {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<Reply<T>> => {
    const response = await q.fetch(`/api/v1/${path}`, {
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text ? JSON.parse(text) : null,
      reason: response.headers.get('x-status-reason'),
    };
  };
  return {
    authorizationToken,
    call,
    get: (path) => call('GET', path),
    find: (entity, where, more = '') =>
      call('GET', `${entity}?where=${encodeURIComponent(JSON.stringify(where))}${more ? `&${more}` : ''}`),
  };
}
