import type Koa from 'koa';

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Makes every address that is built from a request begin with the configured one: what a client writes into `Host` or
 * a request line never gets into metadata, redirects or cookies. People who typed another name of this very machine
 * are sent to the configured one, since cookies are kept by name.
 */
export function publicAddress(publicUrl: string): Koa.Middleware {
  const { protocol, host, hostname, port } = new URL(publicUrl);
  const otherNames = new Set(
    loopbackHosts.includes(hostname)
      ? loopbackHosts.filter((name) => name !== hostname).map((name) => (port ? `${name}:${port}` : name))
      : [],
  );
  return (ctx, next) => {
    if (otherNames.has(ctx.get('Host')) && ctx.method === 'GET' && ctx.accepts('json', 'html') === 'html') {
      ctx.redirect(publicUrl + pathOf(ctx.url));
      return;
    }
    Object.defineProperties(ctx.request, {
      protocol: { value: protocol.slice(0, -1) },
      host: { value: host },
      href: { get: () => publicUrl + pathOf(ctx.originalUrl) },
    });
    return next();
  };
}

/** A request line may hold a whole address (RFC 9112 §3.2.2); of that, too, only the path counts. */
function pathOf(target: string): string {
  if (target.startsWith('/')) return target;
  const url = URL.parse(target);
  return url ? url.pathname + url.search : '/';
}
