import { hash as digest } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import type Koa from 'koa';
import { LRUCache } from 'lru-cache';
import { randomSecret } from '../../shared/identity/secrets.ts';
import type { KeySet } from '../../shared/signing-keys/key-set.ts';
import { formOf, replaceForm } from './plain-requests.ts';

/** An access token that came in with a request, and was really signed by us. */
export interface PresentedToken {
  /** As it came in. */
  readonly jwt: string;
  readonly jti: string;
}

const presented = new WeakMap<object, PresentedToken>();

/**
 * The access token that a request presented. Records of tokens are found through it alone: whoever only knows a
 * `jti`, which logs print, holds no token.
 */
export const presentedIn = (ctx: Koa.Context | undefined): PresentedToken | undefined => ctx && presented.get(ctx.req);

/** Notes that a request presented a token in another way than those below. */
export const present = (ctx: Koa.Context, token: PresentedToken): void => {
  presented.set(ctx.req, token);
};

export interface Verification {
  readonly published: KeySet;
  readonly issuer: string;
  readonly audience: string;
}

/** What says whether an access token was really signed by us, and for the API; null when not, or when it is over. */
export type Verify = (jwt: string) => Promise<PresentedToken | null>;

const remembered = 20_000;

/**
 * Makes one. A signature that was found good is remembered until the token expires or the keys change; whether the token
 * was revoked is for its record to say.
 */
export function verifier({ published, issuer, audience }: Verification): Verify {
  const good = new LRUCache<string, { jti: string; edition: number }>({ max: remembered });
  return async (jwt) => {
    const { edition } = published;
    const hash = digest('sha256', jwt, 'base64');
    const known = good.get(hash);
    if (known?.edition === edition) return { jwt, jti: known.jti };
    try {
      const { payload } = await jwtVerify(jwt, published.find, { issuer, audience, typ: 'at+jwt' });
      const { jti, exp } = payload;
      if (jti && exp) good.set(hash, { jti, edition }, { ttl: Math.max(1, exp * 1000 - Date.now()) });
      return jti ? { jwt, jti } : null;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  };
}

/**
 * Lets introspection, revocation and userinfo understand JWT access tokens. The first two refuse whatever has the
 * form of a JWT, so there the token's `jti` takes its place in the form; the adapter finds the record by that.
 */
export function presentedTokens(paths: { forms: readonly string[]; userinfo: string }, verify: Verify): Koa.Middleware {
  return async (ctx, next) => {
    const form = formOf(ctx);
    if (ctx.method === 'POST' && paths.forms.includes(ctx.path)) {
      const { token } = form ?? {};
      if (typeof token === 'string' && looksLikeJwt(token)) {
        const known = await verify(token);
        if (known) presented.set(ctx.req, known);
        // One that is forged, expired or foreign is unknown to us: inactive, and nothing to revoke.
        replaceForm(ctx, { ...form, token: known?.jti ?? randomSecret() });
      }
    } else if (ctx.path === paths.userinfo) {
      const inForm = form?.access_token;
      const jwt =
        /^(?:bearer|dpop) ([^ ]+)$/i.exec(ctx.get('authorization'))?.[1] ?? (typeof inForm === 'string' ? inForm : '');
      const known = looksLikeJwt(jwt) ? await verify(jwt) : null;
      if (known) presented.set(ctx.req, known);
    }
    return next();
  };
}

const looksLikeJwt = (token: string): boolean => token.split('.').length === 3;
