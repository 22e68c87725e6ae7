import { bodyParser } from '@koa/bodyparser';
import { sameCsrf } from '../../shared/identity/sessions.ts';
import { Problem } from '../pages/problems.ts';
import { csrfSecretOf } from './session.ts';
import type { BrowserContext, BrowserMiddleware } from './state.ts';

/** What a form sent. Fields are text; a field that was not sent is the empty text. */
export class Form {
  readonly #fields: URLSearchParams;

  constructor(fields: URLSearchParams) {
    this.#fields = fields;
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

const expired = () =>
  new Problem(
    403,
    'This form has expired',
    'Go back, load the page again and repeat what you did. Nothing was changed.',
  );

/**
 * Reads a posted form into `ctx.state.form`, after making sure that one of our own pages sent it: by what the browser
 * says about where it came from, and by the token that belongs to this browser's cookie.
 */
export function postedForm({ secretKey, publicUrl }: { secretKey: string; publicUrl: string }): BrowserMiddleware {
  return async (ctx, next) => {
    if (ctx.method !== 'POST') return next();
    if (!fromOurPages(ctx, publicUrl)) throw expired();
    if (!ctx.is('application/x-www-form-urlencoded') || ctx.get('Content-Encoding')) {
      throw new Problem(415, 'Not understood', 'This address takes what its own form sends, nothing else.');
    }
    await parse(ctx, async () => {});
    const fields = new URLSearchParams(String(ctx.request.body ?? ''));
    const form = new Form(fields);
    const secret = csrfSecretOf(ctx);
    if (!secret || !sameCsrf(secretKey, secret, form.raw('csrf'))) throw expired();
    for (const value of fields.values()) {
      // PostgreSQL's text cannot hold it, and no keyboard types it.
      if (value.includes('\0'))
        throw new Problem(400, 'Not understood', 'A field holds a character that cannot be stored.');
    }
    ctx.state.form = form;
    return next();
  };
}

/** Every browser says so in at least one of two headers, which pages cannot set; a request with neither proves nothing. */
function fromOurPages(ctx: BrowserContext, publicUrl: string): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  if (site) return site === 'same-origin';
  const origin = ctx.get('Origin');
  if (origin === publicUrl) return true;
  return URL.canParse(origin) && new URL(origin).host === ctx.host;
}
