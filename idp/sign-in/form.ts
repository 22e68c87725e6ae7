import { bodyParser } from '@koa/bodyparser';
import multer from '@koa/multer';
import { sameCsrf } from '../../shared/identity/sessions.ts';
import { say } from '../messages/say.ts';
import { Problem } from '../pages/problems.ts';
import { csrfSecretOf } from './session.ts';
import type { BrowserContext, BrowserMiddleware } from './state.ts';

/** What a form sent. Fields are text; a field that was not sent is the empty text. */
export class Form {
  readonly #fields: URLSearchParams;
  /** The file that came with it; null without one. */
  readonly file: Buffer | null;

  constructor(fields: URLSearchParams, file: Buffer | null = null) {
    this.#fields = fields;
    this.file = file;
  }

  /** One field as it was typed. */
  raw(name: string): string {
    return this.#fields.get(name) ?? '';
  }

  /** One field without blanks around it. */
  text(name: string): string {
    return this.raw(name).trim();
  }

  /** Every value of a field that occurs several times, such as ticked boxes. */
  all(name: string): string[] {
    return this.#fields.getAll(name);
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }
}

const parse = bodyParser({
  enableTypes: ['text'],
  extendTypes: { text: ['application/x-www-form-urlencoded'] },
  textLimit: '128kb',
});

const expired = () => new Problem(403, say('problems.expired'), say('problems.expired-text'));

/** A form that comes with one small file, named `file`. */
const withFile = multer({ limits: { fileSize: 1_000_000, files: 1, fields: 20, fieldSize: 10_000 } }).single('file');

/** What a form says, and the file with it where the address takes one. */
async function read(
  ctx: BrowserContext,
  takesFile: boolean,
): Promise<{ fields: URLSearchParams; file: Buffer | null }> {
  if (takesFile && ctx.is('multipart/form-data')) {
    try {
      await withFile(ctx as never, async () => {});
    } catch {
      throw new Problem(413, say('problems.too-large'), say('problems.too-large-text'));
    }
    const { body = {}, file } = ctx.request as unknown as { body?: Record<string, unknown>; file?: { buffer: Buffer } };
    const fields = Object.entries(body).map(([name, value]): [string, string] => [name, String(value)]);
    return { fields: new URLSearchParams(fields), file: file && file.buffer.length > 0 ? file.buffer : null };
  }
  if (!ctx.is('application/x-www-form-urlencoded') || ctx.get('Content-Encoding')) {
    throw new Problem(415, say('problems.not-understood'), say('problems.own-form-only'));
  }
  await parse(ctx, async () => {});
  return { fields: new URLSearchParams(String(ctx.request.body ?? '')), file: null };
}

/**
 * Reads a posted form into `ctx.state.form`, after making sure that one of our own pages sent it: by what the browser
 * says about where it came from, and by the token that belongs to this browser's cookie.
 * @param filePaths addresses whose forms come with a file
 */
export function postedForm(
  { secretKey, publicUrl }: { secretKey: string; publicUrl: string },
  filePaths?: RegExp,
): BrowserMiddleware {
  return async (ctx, next) => {
    if (ctx.method !== 'POST') return next();
    if (!fromOurPages(ctx, publicUrl)) throw expired();
    const { fields, file } = await read(ctx, filePaths?.test(ctx.path) ?? false);
    const form = new Form(fields, file);
    const secret = csrfSecretOf(ctx);
    if (!secret || !sameCsrf(secretKey, secret, form.raw('csrf'))) throw expired();
    for (const value of fields.values()) {
      // PostgreSQL's text cannot hold it, and no keyboard types it.
      if (value.includes('\0'))
        throw new Problem(400, say('problems.not-understood'), say('problems.cannot-be-stored'));
    }
    ctx.state.form = form;
    return next();
  };
}

/** Every browser says so in at least one of two headers, which pages cannot set; a request with neither proves nothing. */
export function fromOurPages(ctx: BrowserContext, publicUrl: string): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  if (site) return site === 'same-origin';
  const origin = ctx.get('Origin');
  if (origin === publicUrl) return true;
  return URL.canParse(origin) && new URL(origin).host === ctx.host;
}
