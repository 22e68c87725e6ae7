import type Koa from 'koa';

/**
 * The headers of a page: it runs only our own files, is never framed, and is never kept by a cache.
 * `leadsElsewhere`: a form on it may end at an application's own address after redirects; browsers apply `form-action`
 * to those too, so it is left out there.
 */
export function securePage(ctx: Koa.Context, { leadsElsewhere = false } = {}): void {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(leadsElsewhere ? [] : ["form-action 'self'"]),
  ];
  ctx.set({
    'Content-Security-Policy': policy.join('; '),
    'X-Frame-Options': 'DENY',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
    'Cache-Control': 'no-store',
  });
}
