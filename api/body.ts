import { bodyParser } from '@koa/bodyparser';
import multer from '@koa/multer';
import type { Middleware } from 'koa';
import { parse } from 'qs';
import { sendProblem } from './dialect.ts';

/** The largest body that is not an upload. */
const limit = '1mb';

const json = bodyParser({
  enableTypes: ['json', 'form'],
  jsonLimit: limit,
  formLimit: limit,
  // Clients of all four families send bodies with GET and DELETE.
  parsedMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  parsedMethodsStrict: false,
} as Parameters<typeof bodyParser>[0]);
const forms = multer({ limits: { fieldSize: 1_000_000, fields: 500, parts: 500, files: 0 } });
// Missing from its type declarations.
const multipart = (forms as unknown as { none(): Middleware }).none();

/** Reads JSON, urlencoded and multipart bodies into `ctx.request.body`; one that can't be read is a 400 that says so. */
export function readBody(): Middleware {
  return async (ctx, next) => {
    try {
      if (ctx.is('multipart/form-data')) {
        await multipart(ctx, async () => undefined);
        const fields = (ctx.request as { body?: Record<string, string> }).body ?? {};
        (ctx.request as { body?: unknown }).body = parse(new URLSearchParams(fields).toString(), { depth: 5 });
      } else await json(ctx as never, async () => undefined);
    } catch (error) {
      const status = error instanceof Error && 'status' in error && error.status === 413 ? 413 : 400;
      sendProblem(
        ctx,
        status,
        status === 413 ? 'The body is too large.' : `The body can't be read: ${reasonOf(error)}`,
      );
      return;
    }
    await next();
  };
}

const reasonOf = (error: unknown): string =>
  error instanceof SyntaxError ? 'it is not valid JSON.' : 'its form does not fit its content type.';
