import type Router from '@koa/router';
import { audit } from '../../shared/audit.ts';
import { strengthOf } from '../../shared/identity/authentication-strength.ts';
import { endSessionOf, endSessionsOf, sessionsOf } from '../../shared/identity/sessions.ts';
import { moment } from '../../shared/pages/moment.ts';
import { say } from '../messages/say.ts';
import { type Outcomes, outcomeOf } from '../pages/outcomes.ts';
import { showPage } from '../pages/pages.ts';
import { notFound } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { deviceOf } from '../sign-in/device.ts';
import { type BrowserState, personOf, principalOf } from '../sign-in/state.ts';
import type { AccountServices } from './router.ts';

const home = '/accounts/sessions/';

const outcomes: Outcomes = { others: 'sessions.ended-others', one: 'sessions.ended-one' };

/** How somebody signed in, by how well that proves it is them. */
const ways = { pwd: 'sessions.by-password', mfa: 'sessions.by-mfa', phr: 'sessions.by-passkey' } as const;

/** `/accounts/sessions/`: where somebody is signed in, and how to end it. Ending takes no new proof: who suspects something is quick. */
export function sessionRoutes(router: Router<BrowserState>, { knex, config }: AccountServices): void {
  router.get(home, async (ctx) => {
    const sessions = await sessionsOf(knex, personOf(ctx).id);
    showPage(ctx, 'sessions', {
      done: outcomeOf(ctx, outcomes),
      sessions: sessions.map(({ id, createdAt, lastSeenAt, address, userAgent, amr }) => ({
        id,
        here: id === ctx.state.session?.id,
        device: deviceOf(userAgent),
        address,
        way: say(ways[strengthOf(amr)]),
        since: moment(createdAt, config.timeZone),
        lastSeen: moment(lastSeenAt, config.timeZone),
      })),
    });
  });

  router.post(`${home}end/`, async (ctx) => {
    const { id } = personOf(ctx);
    await knex.transaction(async (trx) => {
      const ended = await endSessionsOf(trx, id, { except: ctx.state.session?.idHash });
      const changes = { sessions: { old: ended + 1, new: 1 } };
      await audit(trx, principalOf(ctx), { action: 'end_sessions', resource: 'user', objectId: id, changes });
    });
    seeOther(ctx, `${home}?done=others`);
  });

  router.post(`${home}:id/end/`, async (ctx) => {
    const { id: session = '' } = ctx.params;
    const { id: userId } = personOf(ctx);
    const ended =
      /^[1-9]\d{0,8}$/.test(session) &&
      (await knex.transaction(async (trx) => {
        if (!(await endSessionOf(trx, { id: Number(session), userId }))) return false;
        await audit(trx, principalOf(ctx), { action: 'end_session', resource: 'user', objectId: userId });
        return true;
      }));
    if (!ended) throw notFound();
    seeOther(ctx, `${home}?done=one`);
  });
}
