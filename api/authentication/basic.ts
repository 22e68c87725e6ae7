import { createHmac, randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import type { PeopleCache } from '../../shared/access/people-cache.ts';
import type { Principal } from '../../shared/access/principal.ts';
import { type PasswordTry, signInWithPassword } from '../../shared/identity/password-sign-in.ts';
import { Busy } from '../../shared/identity/passwords.ts';
import { signInRequest } from '../../shared/identity/sign-in-record.ts';
import { Remembered } from '../../shared/remembered.ts';
import type { Services } from '../../shared/services.ts';
import { decodePair } from './pair.ts';
import { Rejected } from './rejected.ts';

/** How long a password that was right counts without being checked again; milliseconds. */
const rememberedFor = 60_000;
const challenge = 'Basic realm="api"';

/**
 * Proves requests by username and password (RFC 7617). A script sends them with every call, so right ones are
 * remembered for a minute, by their MAC under a key that lives in this process only.
 */
export class BasicScheme {
  readonly #services: Services;
  readonly #people: PeopleCache;
  readonly #key = randomBytes(32);
  readonly #right: Remembered<string, { readonly personId: number }>;
  /** Checks on their way: calls with the same credentials at the same time share one. */
  readonly #checks = new Map<string, Promise<{ readonly personId: number }>>();

  constructor(services: Services, people: PeopleCache) {
    this.#services = services;
    this.#people = people;
    this.#right = new Remembered(services.events, { max: 1000, ttl: rememberedFor });
    services.events.on('person', ({ person }) => this.#right.forgetWhere(({ personId }) => personId === person));
    // A policy may ask for more than a password now.
    services.events.on('people', () => this.#right.forgetAll());
  }

  /** @throws Rejected 401 for wrong ones, 429 after too many, 503 when too many wait to be checked */
  async prove(ctx: Context, credentials: string, address: string | null): Promise<Principal> {
    const pair = decodePair(credentials);
    if (!pair) throw wrong();
    const [username, password] = pair;
    const request = signInRequest(ctx.method, ctx.originalUrl);
    const key = createHmac('sha256', this.#key).update(`${username}\0${password}`).digest('base64');
    const right = await this.#right.get(key, () => this.#check(key, { username, password, address, request }));
    const person = right && (await this.#people.get(right.personId));
    if (!person?.isActive) throw wrong();
    return { person, proof: 'basic', scopes: null, application: null, tokenId: null, address };
  }

  #check(key: string, attempt: PasswordTry) {
    let check = this.#checks.get(key);
    if (!check) {
      check = this.#checkNow(attempt).finally(() => this.#checks.delete(key));
      this.#checks.set(key, check);
    }
    return check;
  }

  async #checkNow(attempt: PasswordTry): Promise<{ readonly personId: number }> {
    const answer = await signInWithPassword(this.#services, { ...attempt, proof: 'basic' }).catch((error: unknown) => {
      if (!(error instanceof Busy)) throw error;
      throw new Rejected({ status: 503, message: error.message, retryAfterSeconds: error.retryAfterSeconds });
    });
    if (answer.refused === 'limited') {
      const message = 'Too many wrong passwords. Try again later.';
      throw new Rejected({ status: 429, message, retryAfterSeconds: answer.retryAfterSeconds });
    }
    if (answer.refused === 'second factor') throw tooLittle(this.#services.config.publicUrl);
    if (answer.refused) throw wrong();
    return { personId: answer.person.id };
  }
}

const wrong = () => new Rejected({ status: 401, message: 'Invalid username/password.', challenge });

/** RFC 9110 §15.5.4: the credentials are right, and still not enough. */
const tooLittle = (publicUrl: string) =>
  new Rejected({
    status: 403,
    message: `A password alone is not enough for this account: it takes a second factor. Make an API token in the browser, at ${publicUrl}/accounts/tokens/, and send that.`,
  });
