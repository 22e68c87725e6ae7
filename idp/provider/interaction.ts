import Router from '@koa/router';
import type { Knex } from 'knex';
import { type Client, errors, type Interaction, type InteractionResults } from 'oidc-provider';
import type { Person } from '../../shared/access/principal.ts';
import { strengthOf } from '../../shared/identity/authentication-strength.ts';
import { secondFactorsOf } from '../../shared/identity/second-factors.ts';
import type { Session } from '../../shared/identity/sessions.ts';
import type { Services } from '../../shared/services.ts';
import { notFound, problems } from '../pages/problems.ts';
import { postedForm } from '../sign-in/form.ts';
import { signInPath } from '../sign-in/return-path.ts';
import type { BrowserContext, BrowserMiddleware, BrowserState } from '../sign-in/state.ts';
import { createdAt } from './artifacts.ts';
import { consentModeOf } from './clients.ts';
import { audienceOf } from './configuration.ts';
import { agree } from './consent.ts';
import { scopesOf, showConsent } from './consent-page.ts';
import { showError } from './error-page.ts';
import { howLong } from './how-long.ts';
import type { LiveProvider } from './live-provider.ts';
import { mountPath, routes } from './paths.ts';
import { couldProveMore, strengthReason } from './strength.ts';
import { unitOfWork } from './unit-of-work.ts';

/** Who decides about what: an interaction, the application that started it, and the person at the browser. */
interface Asked {
  readonly interaction: Interaction;
  readonly client: Client;
  readonly person: Person;
  readonly session: Session;
}

/**
 * `/o/interaction/:uid`: where the provider sends a browser that has to prove who sits there, or to ask them for
 * consent. Goes after `browserSession`.
 */
export function interactionRouter(provider: LiveProvider, { config, knex }: Services): Router<BrowserState> {
  const router = new Router<BrowserState>();
  const path = `${mountPath}/interaction/:uid`;
  const audience = audienceOf(config.publicUrl);
  router.use(problems(), postedForm(config), expiredRequests());

  router.get(path, async (ctx) => {
    const asked = await whatIsAsked(ctx);
    if (!asked) return;
    if (asked.interaction.prompt.name === 'login') return finish(ctx, { login: signInOf(asked) });
    // The page that told of the device has asked already.
    if (asked.interaction.deviceCode) return allow(ctx, asked);
    if (consentModeOf(asked.client) === 'trusted') return allow(ctx, asked);
    showConsent(ctx, { ...asked, lasts: howLong(config, asked.client) });
  });

  router.post(path, async (ctx) => {
    const asked = await whatIsAsked(ctx);
    if (!asked) return;
    if (asked.interaction.prompt.name !== 'consent') throw notFound();
    if (ctx.state.form.raw('decision') === 'allow') return allow(ctx, asked);
    await finish(ctx, { error: 'access_denied', error_description: 'the person did not allow it' });
  });

  async function allow(ctx: BrowserContext, { interaction, client, person }: Asked): Promise<void> {
    const agreement = { person, client, scopes: scopesOf(interaction) };
    await unitOfWork(knex, async () => {
      await finish(ctx, {
        consent: { grantId: await agree({ provider: provider.current, knex, config, audience }, agreement, ctx.ip) },
      });
      return true;
    });
  }

  /** The interaction of this request; null when the browser was sent elsewhere, to sign in or to begin again. */
  async function whatIsAsked(ctx: BrowserContext & { params: { uid?: string } }): Promise<Asked | null> {
    const interaction = await provider.current.interactionDetails(ctx.req, ctx.res);
    if (interaction.uid !== ctx.params.uid) throw new errors.SessionNotFound('interaction session not found');
    const { person, session } = ctx.state;
    if (!person || !session || (interaction.prompt.name === 'login' && !(await isFresh(knex, interaction, session)))) {
      seeOther(ctx, signInPath(ctx.path));
      return null;
    }
    const startedBy = interaction.session?.accountId;
    if (startedBy && startedBy !== String(person.id)) {
      seeOther(ctx, startAgain(interaction));
      return null;
    }
    const client = await provider.current.Client.find(String(interaction.params.client_id));
    if (!client) throw new errors.InvalidClient('client is invalid', 'client not found');
    return { interaction, client, person, session };
  }

  async function finish(ctx: BrowserContext, result: InteractionResults): Promise<void> {
    seeOther(ctx, await provider.current.interactionResult(ctx.req, ctx.res, result));
  }

  return router;
}

/** Reasons for a sign-in that one of before may be good enough for. */
const patient = ['no_session', 'max_age', strengthReason];

/** Any session will do for an application that only needs to know who it is; others want the person to prove it again. */
async function isFresh(knex: Knex, interaction: Interaction, session: Session): Promise<boolean> {
  const { uid, prompt, params } = interaction;
  const tooWeak =
    prompt.reasons.includes(strengthReason) &&
    couldProveMore(interaction, session, (await secondFactorsOf(knex, session.personId)).passkeys);
  const impatient = tooWeak || prompt.reasons.some((reason) => !patient.includes(reason));
  const { max_age } = params;
  const age = Date.now() / 1000 - epoch(session.authTime);
  if (!impatient && (max_age === undefined || age <= Number(max_age))) return true;
  // A sign-in for this very request will do, however few seconds were asked for: else a slow one is asked again for ever.
  const begun = await createdAt(knex, 'Interaction', uid);
  return begun !== undefined && session.authTime > begun;
}

function signInOf({ person, session }: Asked): NonNullable<InteractionResults['login']> {
  const { amr, authTime } = session;
  return { accountId: String(person.id), ts: epoch(authTime), amr: [...amr], acr: strengthOf(amr) };
}

/** Somebody else signed in meanwhile: the same request from its beginning, in which they need not prove that again. */
function startAgain({ params, deviceCode }: Interaction): string {
  if (deviceCode) return mountPath + routes.code_verification;
  const { prompt, ...rest } = params;
  const prompts = String(prompt ?? '')
    .split(' ')
    .filter((one) => one && one !== 'login');
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined && value !== null) query.set(name, String(value));
  }
  if (prompts.length > 0) query.set('prompt', prompts.join(' '));
  return `${mountPath}${routes.authorization}?${query}`;
}

const epoch = (date: Date): number => Math.floor(date.getTime() / 1000);

function seeOther(ctx: BrowserContext, location: string): void {
  ctx.redirect(location);
  ctx.status = 303;
}

/** An interaction that is over, or was started in another browser, is told as the provider tells its errors. */
function expiredRequests(): BrowserMiddleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      ctx.status = error.statusCode;
      showError(ctx, { error: error.error, error_description: error.error_description });
    }
  };
}
