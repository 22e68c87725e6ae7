import type Koa from 'koa';
import { Busy } from '../../shared/identity/hashing-queue.ts';
import { say } from '../messages/say.ts';
import { showProblem } from './pages.ts';

/** An answer that the person is told about in words; thrown from anywhere below {@link problems}. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  /** Where to go from here; their own account when nothing is said. */
  readonly link: { readonly href: string; readonly label: string } | undefined;

  constructor(status: number, title: string, text: string, link?: { href: string; label: string }) {
    super(text);
    this.status = status;
    this.title = title;
    this.link = link;
  }
}

export const notFound = () => new Problem(404, say('problems.nothing-here'), say('problems.nothing-here-text'));

interface HttpError {
  readonly status: number;
  readonly expose: boolean;
  readonly message: string;
}

const isHttpError = (error: unknown): error is HttpError =>
  error instanceof Error && 'expose' in error && error.expose === true && 'status' in error;

/**
 * Turns what a page throws into a page that says so: a {@link Problem}, a refused request body, too many sign-ins.
 * Anything else goes on upwards, where it is logged.
 */
export function problems(): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (error instanceof Problem) {
        const { status, title, message: text, link } = error;
        showProblem(ctx, status, { title, text, ...(link && { link }) });
      } else if (error instanceof Busy) {
        ctx.set('Retry-After', String(error.retryAfterSeconds));
        showProblem(ctx, 503, { title: say('problems.busy'), text: say('problems.busy-text') });
      } else if (isHttpError(error)) {
        showProblem(ctx, error.status, { title: say('problems.not-understood'), text: say('problems.unreadable') });
      } else {
        throw error;
      }
    }
  };
}
