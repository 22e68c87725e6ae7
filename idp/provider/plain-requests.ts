import type { IncomingMessage } from 'node:http';
import { parse, stringify } from 'node:querystring';
import { decodeJwt } from 'jose';
import type Koa from 'koa';
import { isStorable } from './storable.ts';

/** A form as it came in: a repeated field is an array, which the library refuses by name. */
export type Form = Readonly<Record<string, string | string[] | undefined>>;

/** Most bytes that a form may have; the same as the library's own limit. */
const limit = 56 * 1024;

const forms = new WeakMap<object, Form>();

/** The form that a request carries, when it carries one. */
export const formOf = (ctx: Koa.Context): Form | undefined => forms.get(ctx.req);

/** How a request is refused before the provider sees it. */
export type Refuse = (ctx: Koa.Context, description: string) => void;

/**
 * Reads forms before the provider does, and refuses what no client sends in earnest and PostgreSQL cannot store: NUL
 * characters, endless bodies. The parameters of a signed request (RFC 9101) are JSON, which holds more of the kind.
 */
export function plainRequests(refuse: Refuse): Koa.Middleware {
  return async (ctx, next) => {
    if (holdsNul(ctx.query)) return refuse(ctx, 'a parameter holds a NUL character');
    if (!saysStorable(ctx.query)) return refuse(ctx, inRequest);
    if (ctx.method === 'POST' && ctx.is('application/x-www-form-urlencoded')) {
      const text = await readText(ctx.req);
      if (text === null) return refuse(ctx, `the body is longer than ${limit} bytes, or was cut off`);
      const form = parse(text);
      if (holdsNul(form)) return refuse(ctx, 'a parameter holds a NUL character');
      if (!saysStorable(form)) return refuse(ctx, inRequest);
      forms.set(ctx.req, form);
      replay(ctx.req, text);
    }
    return next();
  };
}

/** Makes the provider read another form than the one that came in. */
export function replaceForm(ctx: Koa.Context, form: Form): void {
  forms.set(ctx.req, form);
  replay(ctx.req, stringify(form));
}

/** Null: it is longer than it may be, or was cut off. What is too long is read on and thrown away by Node. */
function readText(request: IncomingMessage): Promise<string | null> {
  const isTooLong = Number(request.headers['content-length'] ?? 0) > limit;
  if (isTooLong || request.destroyed) return Promise.resolve(null);
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer) => {
    size += chunk.length;
    if (size > limit) end(null);
    else chunks.push(chunk);
  };
  const whole = () => end(Buffer.concat(chunks).toString('utf8'));
  const broken = () => end(null);
  const end = (text: string | null) => {
    request.off('data', take).off('end', whole).off('error', broken).off('close', broken);
    if (text === null) request.pause();
    resolve(text);
  };
  request.on('data', take).on('end', whole).on('error', broken).on('close', broken);
  return promise;
}

/** Lets a body that was read be read again: the library takes it from `readable` and `iterator`. */
function replay(request: IncomingMessage, text: string): void {
  const body = Buffer.from(text, 'utf8');
  if (request.headers['content-length'] !== undefined) request.headers['content-length'] = String(body.length);
  Object.defineProperties(request, {
    readable: { value: true, configurable: true },
    iterator: {
      configurable: true,
      value: async function* bodyAgain() {
        yield body;
      },
    },
  });
}

const holdsNul = (form: Form): boolean =>
  Object.entries(form).some(([key, value]) => key.includes('\0') || [value].flat().some((one) => one?.includes('\0')));

const inRequest = 'the signed request holds NUL or half of a character';

/** Whether a signed request, if there is one, says nothing that can not be stored. One that is none is for the library to refuse. */
function saysStorable({ request }: Form): boolean {
  if (typeof request !== 'string') return true;
  try {
    return isStorable(decodeJwt(request));
  } catch {
    return true;
  }
}
