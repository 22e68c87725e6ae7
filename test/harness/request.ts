import type { TestPerson } from './people.ts';

export interface RequestWishes extends Omit<RequestInit, 'headers'> {
  /** Whose credentials to send: a token as `tokenFor` or `bearerFor` gave it, a person (Basic), or a whole Authorization header. */
  readonly as?: string | TestPerson;
  /** Sent as JSON; the method is POST then unless another is named. */
  readonly json?: unknown;
  readonly headers?: Record<string, string>;
}

/** Sends a request; redirects are answers, not followed. */
export function request(url: string, { as, json, headers, ...rest }: RequestWishes = {}): Promise<Response> {
  return fetch(url, {
    redirect: 'manual',
    ...(json !== undefined && { method: 'POST', body: JSON.stringify(json) }),
    ...rest,
    headers: {
      ...(as && { authorization: authorization(as) }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
  });
}

function authorization(as: string | TestPerson): string {
  if (typeof as !== 'string') return `Basic ${Buffer.from(`${as.username}:${as.password}`).toString('base64')}`;
  if (as.includes(' ')) return as;
  return as.startsWith('inv-') ? `Token ${as}` : `Bearer ${as}`;
}
