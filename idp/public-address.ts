import type Koa from 'koa';

/**
 * Makes every address that is built from a request begin with the configured one. What a client writes into `Host` or
 * a request line never gets into metadata, redirects or cookies.
 */
export function publicAddress(publicUrl: string): Koa.Middleware {
  const { protocol, host } = new URL(publicUrl);
  return (ctx, next) => {
    Object.defineProperties(ctx.request, {
      protocol: { value: protocol.slice(0, -1) },
      host: { value: host },
      href: { get: () => publicUrl + ctx.originalUrl },
    });
    return next();
  };
}
