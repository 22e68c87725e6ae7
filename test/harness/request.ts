import { Agent, type IncomingMessage, request as send } from 'node:http';
import type { TestPerson } from './people.ts';

export interface RequestWishes extends Omit<RequestInit, 'headers'> {
  /** Whose credentials to send: a token as `tokenFor` or `bearerFor` gave it, a person (Basic), or a whole Authorization header. */
  readonly as?: string | TestPerson;
  /** Sent as JSON; the method is POST then unless another is named. */
  readonly json?: unknown;
  readonly headers?: Record<string, string>;
}

interface Asked extends Omit<RequestInit, 'headers'> {
  readonly headers: Record<string, string>;
}

/** Sends a request; redirects are answers, not followed. */
export function request(url: string, { as, json, headers, ...rest }: RequestWishes = {}): Promise<Response> {
  const asked: Asked = {
    ...(json !== undefined && { method: 'POST', body: JSON.stringify(json) }),
    ...rest,
    headers: {
      ...(as && { authorization: authorization(as) }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
  };
  return isPlain(asked) ? sendPlain(url, asked) : fetch(url, { redirect: 'manual', ...asked });
}

const isPlain = ({ body, signal }: Asked): boolean =>
  !signal && (body === undefined || body === null || typeof body === 'string' || body instanceof URLSearchParams);

const agent = new Agent({ keepAlive: true });

/** What `fetch` would do with a text for a body, at half the work: tests send tens of thousands of requests. */
function sendPlain(url: string, { method = 'GET', body, headers }: Asked): Promise<Response> {
  const { hostname, port, pathname, search } = new URL(url);
  const text = body?.toString();
  const all = {
    accept: '*/*',
    'user-agent': 'node',
    ...(body && { 'content-type': new Response(body).headers.get('content-type') ?? '' }),
    ...lowerCased(headers),
    ...(text !== undefined && { 'content-length': String(Buffer.byteLength(text)) }),
  };
  return new Promise((resolve, reject) => {
    const sent = send({ agent, hostname, port, method, path: pathname + search, headers: all }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => resolve(responseOf(incoming, Buffer.concat(chunks))));
    });
    sent.once('error', reject);
    sent.end(text);
  });
}

const lowerCased = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

function responseOf({ statusCode = 0, statusMessage = '', rawHeaders }: IncomingMessage, body: Buffer): Response {
  const headers = new Headers();
  for (let n = 0; n < rawHeaders.length; n += 2) headers.append(rawHeaders[n] ?? '', rawHeaders[n + 1] ?? '');
  const text = bodiless.has(statusCode) ? null : new Uint8Array(body);
  return new Response(text, { status: statusCode, statusText: statusMessage, headers });
}

function authorization(as: string | TestPerson): string {
  if (typeof as !== 'string') return `Basic ${Buffer.from(`${as.username}:${as.password}`).toString('base64')}`;
  if (as.includes(' ')) return as;
  return as.startsWith('inv-') ? `Token ${as}` : `Bearer ${as}`;
}
