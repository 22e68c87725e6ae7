import type { Context, Middleware } from 'koa';
import { PeopleCache } from '../../shared/access/people-cache.ts';
import { anonymous, type Principal } from '../../shared/access/principal.ts';
import type { Services } from '../../shared/services.ts';
import { dialectOf } from '../dialect.ts';
import { BasicScheme } from './basic.ts';
import { BearerScheme } from './bearer.ts';
import { bearerChallenge } from './challenge.ts';
import { EntityScheme } from './entity.ts';
import { forged, mayBeForged } from './forged.ts';
import { Rejected, sendRejected } from './rejected.ts';
import { SessionScheme } from './session.ts';
import { TokenScheme } from './token.ts';

/** `header.payload.signature`, all three there: a JWT. Everything else after `Bearer` is an API token. */
const jwt = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * Sets `ctx.state.principal` from the request's headers, or ends the request when they hold credentials that are no
 * good. A request with an `Authorization` header is judged by that alone: a cookie beside it doesn't count. Bodies
 * have to be parsed before, for the token in a form.
 */
export function authenticate(services: Services): Middleware {
  const people = new PeopleCache(services.knex, services.events);
  const bearer = new BearerScheme(services, people);
  const token = new TokenScheme(services, people);
  const basic = new BasicScheme(services, people);
  const session = new SessionScheme(services, people);
  const entity = new EntityScheme(services, { token, basic });

  async function principalOf(ctx: Context): Promise<Principal> {
    const address = ctx.ip || null;
    // Of all credentials in a header, a browser remembers these, and adds them to what any page makes it send.
    if (/^basic\s/i.test(ctx.get('Authorization')) && mayBeForged(ctx, services.config.publicUrl)) throw forged(ctx);
    const asEntity = dialectOf(ctx.path) === 'entity' ? await entity.prove(ctx, address) : null;
    if (asEntity) return asEntity;
    const header = ctx.req.headers.authorization;
    if (header === undefined) return (await session.prove(ctx, address)) ?? anonymous(address);

    const space = header.indexOf(' ');
    const scheme = space < 0 ? header : header.slice(0, space);
    const credentials = space < 0 ? '' : header.slice(space).trim();
    switch (scheme.toLowerCase()) {
      case 'bearer': {
        // Two headers arrive as one with a comma; Qore reads the first, and so do its clients' tests.
        const [first = ''] = credentials.split(',');
        const presented = first.trim();
        if (jwt.test(presented)) return bearer.prove(presented, address);
        return token.prove(presented, address, invalidBearer(services));
      }
      case 'dpop':
        return bearer.prove(credentials, address, {
          proof: ctx.get('DPoP'),
          method: ctx.method,
          url: services.config.publicUrl + (ctx.originalUrl.split('?')[0] ?? ''),
        });
      case 'token':
        return token.prove(credentials, address, 'Token');
      case 'basic':
        return basic.prove(ctx, credentials, address);
      default: {
        const message = 'Unknown authorization scheme. Bearer, DPoP, Token and Basic are known.';
        throw new Rejected({ status: 401, message, challenge: bearerChallenge(services.config.publicUrl) });
      }
    }
  }

  return async (ctx, next) => {
    try {
      ctx.state.principal = await principalOf(ctx);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      sendRejected(ctx, error.reason);
      return;
    }
    await next();
  };
}

function invalidBearer({ config }: Services): string {
  return bearerChallenge(config.publicUrl, { error: 'invalid_token', description: 'The token is not valid here' });
}
