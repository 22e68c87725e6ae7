import { bodyParser } from '@koa/bodyparser';
import multer from '@koa/multer';
import type { Context, Middleware, Next } from 'koa';
import { sendProblem } from './dialect.ts';
import { sendRefusal } from './me/refused.ts';
import { type FormLimits, readBeginning } from './media/begun-form.ts';
import { Invalid, rowRule } from './store/refusals.ts';

/** The largest body that is not an upload. */
const limit = '1mb';

/** Deeper than any client nests in earnest, and less than what would exhaust a stack. */
const deepest = 100;

const json = bodyParser({
  enableTypes: ['json', 'form'],
  jsonLimit: limit,
  formLimit: limit,
  // Clients of all four families send bodies with GET and DELETE.
  parsedMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'],
  parsedMethodsStrict: false,
} as Parameters<typeof bodyParser>[0]);
const forms = multer({ limits: { fieldSize: 1_000_000, fields: 500, parts: 500 } });
// Missing from its type declarations.
const multipart = (forms as unknown as { none(): Middleware }).none();

/**
 * Reads JSON, urlencoded and multipart bodies into `ctx.request.body`; one that can't be read is a 400 that says so.
 * Of forms to paths that take files only the beginning is read; their files are for whoever answers there, once it is
 * known who sends them.
 */
export function readBody(limits: FormLimits, takesFiles: (path: string) => boolean): Middleware {
  return (ctx, next) => {
    if (hasBody(ctx)) return readThen(ctx, next);
    (ctx.request as { body?: object }).body = {};
    return next();
  };

  async function readThen(ctx: Context, next: Next): Promise<void> {
    if (ctx.is('multipart/form-data') && takesFiles(ctx.path)) return beginThen(ctx, next);
    try {
      if (ctx.is('multipart/form-data')) {
        await multipart(ctx, async () => undefined);
        // Names with brackets are nested by now, in objects without a prototype.
        const request = ctx.request as { body?: object };
        request.body = structuredClone(request.body ?? {});
      } else await json(ctx as never, async () => undefined);
      if (isDeeper((ctx.request as { body?: unknown }).body, deepest)) {
        sendProblem(ctx, 400, `The body can't be read: it is nested more than ${deepest} deep.`);
        return;
      }
    } catch (error) {
      const file = fileAmong(error);
      if (file) return sendRefusal(ctx, '', new Invalid({ [file]: ['This field does not take a file.'] }));
      const status = error instanceof Error && 'status' in error && error.status === 413 ? 413 : 400;
      sendProblem(
        ctx,
        status,
        status === 413 ? 'The body is too large.' : `The body can't be read: ${reasonOf(error)}`,
      );
      return;
    }
    await next();
  }

  async function beginThen(ctx: Context, next: Next): Promise<void> {
    const leave = await readBeginning(ctx, limits);
    try {
      await next();
    } finally {
      leave();
    }
  }
}

/** Whether a request brings a body at all (RFC 9112 §6.3). */
const hasBody = ({ req: { headers } }: Context): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;

/** Whether a value nests deeper than so many levels; goes level by level, so that no depth of its own can fail it. */
function isDeeper(value: unknown, levels: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

/** Name of the field that held a file where none is taken; null when something else was wrong. */
const fileAmong = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && /^LIMIT_(UNEXPECTED_FILE|FILE_COUNT)$/.test(String(error.code))
    ? ('field' in error && String(error.field ?? '')) || rowRule
    : null;

const reasonOf = (error: unknown): string =>
  error instanceof SyntaxError ? 'it is not valid JSON.' : 'its form does not fit its content type.';
