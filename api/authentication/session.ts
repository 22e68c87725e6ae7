import type { Context } from 'koa';
import type { PeopleCache } from '../../shared/access/people-cache.ts';
import type { Principal } from '../../shared/access/principal.ts';
import { findSession, formSecretOf, sameCsrf, sessionCookie } from '../../shared/identity/sessions.ts';
import { standInScopes } from '../../shared/identity/stand-in.ts';
import type { Services } from '../../shared/services.ts';
import { forged } from './forged.ts';
import { isSameOrigin } from './same-origin.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);
const csrfHeaders = ['X-CSRFToken', 'X-CSRF-TOKEN', 'X-XSRF-TOKEN'];
const csrfFields = ['csrfmiddlewaretoken', '_csrf'];

/**
 * Proves requests by the browser session of the sign-in pages. Whatever may change something needs a proof that one of
 * our own pages sent it: the browser's word and a token in a header or, once the body is parsed, a form field.
 */
export class SessionScheme {
  readonly #services: Services;
  readonly #people: PeopleCache;

  constructor(services: Services, people: PeopleCache) {
    this.#services = services;
    this.#people = people;
  }

  /** Null without a live session. @throws Rejected 403 (419 for Qore's clients) without the proof */
  async prove(ctx: Context, address: string | null): Promise<Principal | null> {
    const cookie = ctx.cookies.get(sessionCookie, { signed: false });
    if (!cookie) return null;
    const found = await findSession(this.#services.knex, cookie);
    const person = found && (await this.#people.get(found.personId));
    if (!found || !person?.isActive) return null;
    const { standIn, session } = found;
    const provedAt = session.authTime;
    const secret = formSecretOf(cookie, standIn && person.id);
    if (!safeMethods.has(ctx.method) && !this.#isOurs(ctx, secret)) throw forged(ctx);
    const scopes = standIn ? standInScopes : null;
    return { person, proof: 'session', scopes, application: null, tokenId: null, address, standIn, provedAt };
  }

  #isOurs(ctx: Context, secret: string): boolean {
    const { publicUrl, secretKey } = this.#services.config;
    return isSameOrigin(ctx, publicUrl) && presented(ctx).some((token) => sameCsrf(secretKey, secret, token));
  }
}

function presented(ctx: Context): unknown[] {
  const headers = csrfHeaders.map((name) => ctx.get(name)).filter(Boolean);
  if (headers.length > 0) return headers;
  const body: unknown = (ctx.request as { body?: unknown }).body;
  if (typeof body !== 'object' || body === null) return [];
  return csrfFields.map((name) => (body as Record<string, unknown>)[name]);
}
