import { csrfOf } from '../page.ts';
import { endpoint } from './endpoint.ts';

/**
 * Where pages on this origin that speak Qore's dialect begin: they read the cookie and send it back as `X-XSRF-TOKEN`.
 * Without a session there is nothing to be forged, so there is no cookie.
 */
export const csrfCookie = endpoint({
  method: 'get',
  path: '/sanctum/csrf-cookie',
  operation: { anonymous: true, scopes: [] },
  operationId: 'csrf_cookie',
  tag: 'me',
  summary: 'The token that a browser’s writes carry, as a cookie',
  description: 'For pages on this origin whose person is signed in there. Programs with a token need no such thing.',
  responses: { 204: { description: 'For who is signed in at this browser with the cookie `XSRF-TOKEN`' } },
  handler({ ctx, services: { config } }) {
    const token = csrfOf(ctx, config.secretKey);
    // Scripts of the page read it: that is what it is for.
    if (token) ctx.cookies.set('XSRF-TOKEN', token, { httpOnly: false, sameSite: 'lax', signed: false });
    return { status: 204 };
  },
});
