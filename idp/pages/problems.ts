import type Koa from 'koa';
import { Busy } from '../../shared/identity/hashing-queue.ts';
import { say } from '../messages/say.ts';
import { showProblem } from './pages.ts';

/** An answer that the person is told about in words; thrown from anywhere below {@link problems}. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;

  constructor(status: number, title: string, text: string) {
    super(text);
    this.status = status;
    this.title = title;
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
        showProblem(ctx, error.status, { title: error.title, text: error.message });
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
