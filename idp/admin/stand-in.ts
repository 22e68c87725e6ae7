import Router from '@koa/router';
import { beginStandIn, endStandIn, standInMinutes } from '../../shared/identity/stand-in.ts';
import { say } from '../messages/say.ts';
import { showPage, showProblem } from '../pages/pages.ts';
import { Problem, problems } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { postedForm } from '../sign-in/form.ts';
import { type BrowserMiddleware, type BrowserState, principalOf } from '../sign-in/state.ts';
import { personIn } from './found.ts';
import type { AdminServices } from './router.ts';

/** Beginning to stand in for a person, from their page. */
export function standInRoutes(router: Router<BrowserState>, { knex }: AdminServices): void {
  const path = '/admin/people/:id/stand-in/';

  router.get(path, async (ctx) => {
    const person = await personIn(ctx, knex);
    showPage(ctx, 'confirm', {
      title: say('people.ask-stand-in', { person: person.username }),
      sentences: [say('people.stand-in-about', { minutes: standInMinutes }), say('people.stand-in-limits')],
      action: ctx.path,
      button: say('people.stand-in'),
      back: `/admin/people/${person.id}/`,
      harmless: true,
    });
  });

  router.post(path, async (ctx) => {
    const person = await personIn(ctx, knex);
    const { session } = ctx.state;
    if (!session || !(await beginStandIn(knex, principalOf(ctx), { idHash: session.idHash, personId: person.id }))) {
      throw new Problem(409, say('people.not-for-them'), say('people.not-for-them-text'));
    }
    seeOther(ctx, '/');
  });
}

/** What somebody who stands in for a person may still open here; the rest is the person's own. */
const open: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/accounts/'],
  ['GET', '/accounts/logout/'],
  ['POST', '/accounts/logout/'],
];

/** Ending it before its time: the button of the banner. Goes before {@link whileStandingIn}. */
export function endStandInRouter({ knex, config }: AdminServices): Router<BrowserState> {
  const router = new Router<BrowserState>();
  const path = '/accounts/stand-in/end/';
  router.use(path, problems(), postedForm(config));
  router.post(path, async (ctx) => {
    const { session, standIn, person } = ctx.state;
    if (!session || !standIn || !person) return seeOther(ctx, '/accounts/');
    await endStandIn(knex, principalOf(ctx), session.idHash);
    seeOther(ctx, `/admin/people/${person.id}/`);
  });
  return router;
}

/**
 * While a superuser stands in for somebody, keeps them from what is that person's alone: tokens, passwords, second
 * factors, and consent to applications. Goes after `browserSession`, before all other pages.
 */
export function whileStandingIn(): BrowserMiddleware {
  return async (ctx, next) => {
    const { standIn, person } = ctx.state;
    const method = ctx.method === 'HEAD' ? 'GET' : ctx.method;
    if (!standIn || open.some(([verb, path]) => verb === method && path === ctx.path)) return next();
    showProblem(ctx, 403, {
      title: say('people.not-while'),
      text: say('people.not-while-text', { person: person?.username, you: standIn.username }),
      link: { href: '/', label: say('people.start-page') },
    });
  };
}
