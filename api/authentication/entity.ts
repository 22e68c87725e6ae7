import type { Context } from 'koa';
import { anonymous, type Principal } from '../../shared/access/principal.ts';
import type { Services } from '../../shared/services.ts';
import type { BasicScheme } from './basic.ts';
import { bearerChallenge } from './challenge.ts';
import { decodePair } from './pair.ts';
import { Rejected } from './rejected.ts';
import type { TokenScheme } from './token.ts';

/** What a request of AtroCore's clients came with, for the endpoint that answers their token. */
export interface EntityCredentials {
  /** The token as it was presented; null when it was a password. */
  readonly token: string | null;
}

interface Presented {
  readonly value: string;
  /** Whether a password counts in this header, here. */
  readonly passwords: boolean;
}

/** AtroCore's three headers, the first one that is there counting: `base64(username:token or password)` each. */
function presented(ctx: Context): Presented | null {
  const token = ctx.get('Authorization-Token');
  if (token) return { value: token, passwords: isLogin(ctx) };
  const byToken = /^(true|1)$/i.test(ctx.get('Espo-Authorization-By-Token'));
  const espo = ctx.get('Espo-Authorization');
  if (espo) return { value: espo, passwords: !byToken };
  const [, basic] = /^basic\s+(\S+)\s*$/i.exec(ctx.get('Authorization')) ?? [];
  return basic === undefined ? null : { value: basic, passwords: true };
}

/** What strangers may read too: credentials that are no good make a stranger there, as AtroCore has it. */
const isOpen = ({ path }: Context): boolean => /^\/api\/v1\/(?:Settings|I18n)\/?$/.test(path);

const isLogin = ({ path }: Context): boolean => /^\/api\/v1\/App\/user\/?$/.test(path);

/** The name that AtroCore's front end sends to make a browser forget what it knew: no try to sign in. */
const signedOut = '**logout';

/**
 * Proves requests at `/api/v1/` as AtroCore's clients send them, by whichever of three headers. A secret that is one of
 * the person's own API tokens counts as that token, whatever its spelling; anything else is a password, where passwords
 * count.
 */
export class EntityScheme {
  readonly #services: Services;
  readonly #token: TokenScheme;
  readonly #basic: BasicScheme;

  constructor(services: Services, schemes: { token: TokenScheme; basic: BasicScheme }) {
    this.#services = services;
    this.#token = schemes.token;
    this.#basic = schemes.basic;
  }

  /** Null without any of the headers. @throws Rejected 401, 429, 503 */
  async prove(ctx: Context, address: string | null): Promise<Principal | null> {
    const credentials = presented(ctx);
    if (!credentials) return null;
    try {
      return await this.#proved(ctx, credentials, address);
    } catch (error) {
      if (error instanceof Rejected && error.reason.status === 401 && isOpen(ctx)) return anonymous(address);
      throw error;
    }
  }

  async #proved(ctx: Context, credentials: Presented, address: string | null): Promise<Principal> {
    const pair = decodePair(credentials.value);
    if (!pair) throw this.#wrong();
    const [username, secret] = pair;
    if (username === signedOut) throw this.#wrong();
    const known = await this.#token.knows(secret);
    if (known) {
      const principal = await this.#token.prove(secret, address, this.#challenge());
      // A token is good with the name of its own person only.
      if (principal.person?.username.toLowerCase() !== username.toLowerCase()) throw this.#wrong();
      ctx.state.entityCredentials = { token: secret } satisfies EntityCredentials;
      return principal;
    }
    if (!credentials.passwords) throw this.#wrong();
    ctx.state.entityCredentials = { token: null } satisfies EntityCredentials;
    return this.#basic.prove(ctx, credentials.value, address);
  }

  #challenge(): string {
    return bearerChallenge(this.#services.config.publicUrl);
  }

  #wrong(): Rejected {
    return new Rejected({ status: 401, message: 'Invalid username/password or token.', challenge: this.#challenge() });
  }
}
