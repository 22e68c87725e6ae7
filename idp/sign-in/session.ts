import type { Knex } from 'knex';
import { loadPerson } from '../../shared/access/load-person.ts';
import type { Config } from '../../shared/config.ts';
import { randomSecret } from '../../shared/identity/secrets.ts';
import {
  csrfToken,
  findSession,
  formSecretOf,
  sessionCookie,
  sessionDays,
  startSession,
  stepUpSession,
} from '../../shared/identity/sessions.ts';
import { readersLanguage } from '../../shared/messages/language.ts';
import { moment } from '../../shared/pages/moment.ts';
import type { BrowserContext, BrowserMiddleware } from './state.ts';

export interface SessionServices {
  readonly knex: Knex;
  readonly config: Pick<Config, 'secretKey' | 'publicUrl' | 'sessionHours' | 'instanceName' | 'timeZone'>;
}

/** Ties the forms of a browser without session to it; it proves nothing and opens nothing. */
const visitorCookie = 'qm_visitor';

/**
 * Finds out who sits at this browser: sets `ctx.state.session`, `.person` and `.csrf`. A request that carries an
 * `Authorization` header comes from a program and gets no session, whatever its cookies say.
 */
export function browserSession({ knex, config }: SessionServices): BrowserMiddleware {
  return async (ctx, next) => {
    ctx.cookies.secure = config.publicUrl.startsWith('https:');
    ctx.state.instanceName = config.instanceName;
    ctx.state.session = null;
    ctx.state.person = null;
    ctx.state.standIn = null;
    Object.defineProperty(ctx.state, 'csrf', { configurable: true, get: () => csrfFor(ctx, config.secretKey) });
    const cookieValue = ctx.get('Authorization') ? undefined : ctx.cookies.get(sessionCookie, { signed: false });
    const found = await findSession(knex, cookieValue);
    if (found) {
      if (!found.standIn && isOwnDoing(ctx)) await keepLanguage(knex, found);
      ctx.state.person = await loadPerson(knex, { id: found.personId });
      ctx.state.session = found.session;
      ctx.state.standIn = found.standIn && {
        ...found.standIn,
        end: moment(found.standIn.until, config.timeZone),
      };
    }
    return next();
  };
}

/** Whether they went there themselves: what another site makes a browser open tells nothing of its reader. */
const isOwnDoing = (ctx: BrowserContext): boolean =>
  ctx.method === 'GET' && ['', 'none', 'same-origin'].includes(ctx.get('Sec-Fetch-Site'));

/** Letters are written in the language that their reader last used a page in. */
async function keepLanguage(db: Knex, found: { personId: number; language: string | null }): Promise<void> {
  const language = readersLanguage();
  if (language === null || language === found.language) return;
  await db('users').where({ id: found.personId }).update({ language });
}

/** Starts a session for a person who has just proved who they are; a session before it ends, so no id lives on. */
export async function beginSession(
  ctx: BrowserContext,
  db: Knex,
  { personId, idleHours, amr }: { personId: number; idleHours: number; amr?: readonly string[] },
): Promise<void> {
  const before = ctx.state.session;
  const cookieValue = await startSession(db, {
    userId: personId,
    idleHours,
    address: ctx.ip || null,
    userAgent: ctx.get('User-Agent') || null,
    ...(amr && { amr }),
    ...(before && { replaces: before.idHash }),
  });
  keepCookie(ctx, cookieValue);
}

/**
 * Notes that whoever is signed in has just proved it again, by `amr` (RFC 8176), and gives the session another id.
 * Answers false when it has ended meanwhile.
 */
export async function stepUp(ctx: BrowserContext, db: Knex, amr: readonly string[]): Promise<boolean> {
  const cookieValue = ctx.state.session && (await stepUpSession(db, ctx.state.session.idHash, amr));
  if (cookieValue) keepCookie(ctx, cookieValue);
  return Boolean(cookieValue);
}

function keepCookie(ctx: BrowserContext, cookieValue: string): void {
  ctx.cookies.set(sessionCookie, cookieValue, { ...cookieFlags, maxAge: sessionDays * 86_400_000 });
}

/** Takes the session's cookie away from the browser. */
export function forgetSession(ctx: BrowserContext): void {
  ctx.cookies.set(sessionCookie, null, cookieFlags);
}

/** The cookie that this browser's forms are tied to: its session's, else its visitor's. */
export function csrfSecretOf(ctx: BrowserContext): string | undefined {
  const { session, standIn, person } = ctx.state;
  const cookieValue = ctx.cookies.get(session ? sessionCookie : visitorCookie, { signed: false });
  return cookieValue && standIn && person ? formSecretOf(cookieValue, person.id) : cookieValue;
}

/** The same, made now when the browser has none: what is asked of this browser is answered by it alone. */
export function browserSecretOf(ctx: BrowserContext): string {
  return csrfSecretOf(ctx) ?? newVisitor(ctx);
}

const cookieFlags = { httpOnly: true, sameSite: 'lax', path: '/', signed: false, overwrite: true } as const;

function csrfFor(ctx: BrowserContext, secretKey: string): string {
  return csrfToken(secretKey, browserSecretOf(ctx));
}

const newVisitors = new WeakMap<BrowserContext, string>();

/** Asked again within this request, it is the same one. */
function newVisitor(ctx: BrowserContext): string {
  let secret = newVisitors.get(ctx);
  if (!secret) {
    secret = randomSecret();
    newVisitors.set(ctx, secret);
    ctx.cookies.set(visitorCookie, secret, cookieFlags);
  }
  return secret;
}
