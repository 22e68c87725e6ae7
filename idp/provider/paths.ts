import type Koa from 'koa';
import { jwksMaxAge } from '../../shared/signing-keys/key.ts';

/** Where the provider is mounted; its issuer is the public address followed by this. */
export const mountPath = '/o';

/** Paths below the mount, with the trailing slashes that existing clients know. */
export const routes = {
  authorization: '/authorize/',
  token: '/token/',
  revocation: '/revoke_token/',
  introspection: '/introspect/',
  userinfo: '/userinfo/',
  end_session: '/logout/',
  device_authorization: '/device-authorization/',
  code_verification: '/device/',
  pushed_authorization_request: '/par/',
  registration: '/register',
  jwks: '/.well-known/jwks.json',
} as const;

const slashed: readonly string[] = Object.values(routes).filter((route) => route.endsWith('/'));

/**
 * The one spelling of a path. The library's router takes any case and a slash more or less; what stands before it
 * goes by the path, so both have to see the same. What follows a route (an interaction's id) keeps its case.
 */
export function canonicalPath(path: string): string {
  const bare = path.replace(/\/+$/, '');
  const lower = bare.toLowerCase();
  const route = slashed.find((one) => `${lower}/` === one || lower.startsWith(one));
  if (route === undefined) return path;
  return route === routes.end_session && lower.length > route.length ? lower : route + bare.slice(route.length);
}

/** Gives each path its one spelling, so that `/o/token` is answered like `/o/token/`. */
export function oneSpelling(): Koa.Middleware {
  return (ctx, next) => {
    const canonical = canonicalPath(ctx.path);
    if (canonical !== ctx.path) ctx.path = canonical;
    return next();
  };
}

/** Where RFC 8414 §3.1 wants the metadata of an issuer that has a path. */
const metadataPath = `/.well-known/oauth-authorization-server${mountPath}`;

/** Serves the RFC 8414 document at the root of the host: before the mount, it takes such requests there. */
export function metadataAtRoot(): Koa.Middleware {
  return (ctx, next) => {
    if (ctx.path === metadataPath || ctx.path === `${metadataPath}/`) {
      ctx.path = `${mountPath}/.well-known/oauth-authorization-server`;
    }
    return next();
  };
}

const documents: ReadonlySet<string> = new Set([
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  routes.jwks,
]);

/** Lets caches keep the metadata and the keys, but not for so long that a new key is missed. */
export function briefCaching(): Koa.Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.status === 200 && documents.has(ctx.path.replace(/\/$/, ''))) {
      ctx.set('Cache-Control', `public, max-age=${jwksMaxAge}`);
    }
  };
}
