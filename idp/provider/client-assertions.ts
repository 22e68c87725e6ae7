import { decodeJwt, decodeProtectedHeader } from 'jose';
import type Koa from 'koa';
import { formOf } from './plain-requests.ts';

/** What a client assertion may say that it is (RFC 7519 §5.1); nothing is said by most. */
const types: ReadonlySet<string> = new Set(['jwt', 'client-authentication+jwt']);

/**
 * Refuses as an application's proof what it signed for another purpose: a signed request (RFC 9101 §10.8) goes through
 * browsers and their histories, and whoever finds one there must not be taken for the application.
 */
export function clientAssertions(): Koa.Middleware {
  return (ctx, next) => {
    const assertion = formOf(ctx)?.client_assertion;
    if (typeof assertion !== 'string' || isAssertion(assertion)) return next();
    ctx.status = 401;
    ctx.set('Cache-Control', 'no-store');
    ctx.body = { error: 'invalid_client', error_description: 'client_assertion was signed for another purpose' };
    return;
  };
}

function isAssertion(jwt: string): boolean {
  try {
    const { typ } = decodeProtectedHeader(jwt);
    const says = typ?.toLowerCase().replace(/^application\//, '') ?? 'jwt';
    return types.has(says) && !('response_type' in decodeJwt(jwt));
  } catch {
    // What is no JWT at all is for the library to refuse.
    return true;
  }
}
