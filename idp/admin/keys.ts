import type Router from '@koa/router';
import { moment } from '../../shared/pages/moment.ts';
import { listSigningKeys } from '../../shared/signing-keys/read.ts';
import { replaceSigningKeys, rotateSigningKeys } from '../../shared/signing-keys/rotate.ts';
import { say } from '../messages/say.ts';
import { type Outcomes, outcomeOf } from '../pages/outcomes.ts';
import { showPage } from '../pages/pages.ts';
import { Problem } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { type BrowserState, principalOf } from '../sign-in/state.ts';
import type { AdminServices } from './router.ts';

const home = '/admin/keys/';
const outcomes: Outcomes = {
  rotated: 'keys.done-rotated',
  replaced: 'keys.done-replaced',
};

const states = { current: 'keys.current', next: 'keys.next', previous: 'keys.previous' } as const;

/** `/admin/keys/`: the keys that sign tokens. */
export function keyRoutes(router: Router<BrowserState>, services: AdminServices): void {
  const { knex, config } = services;

  router.get(home, async (ctx) => {
    const keys = await listSigningKeys(knex);
    showPage(ctx, 'admin-keys', {
      done: outcomeOf(ctx, outcomes),
      keys: keys.map((key) => ({
        ...key,
        says: say(states[key.state]),
        since: moment(key.state_since, config.timeZone),
        made: moment(key.created_at, config.timeZone),
      })),
    });
  });

  router.get(`${home}rotate/`, (ctx) => {
    showPage(ctx, 'confirm', {
      title: say('keys.ask-rotate'),
      sentences: [say('keys.rotate-about')],
      action: ctx.path,
      button: say('keys.rotate'),
      back: home,
      harmless: true,
    });
  });

  router.post(`${home}rotate/`, async (ctx) => {
    const rotation = await rotateSigningKeys(services, principalOf(ctx));
    if ('notBefore' in rotation) {
      const when = moment(rotation.notBefore, config.timeZone).text;
      throw new Problem(409, say('keys.not-yet'), say('keys.too-new', { when }));
    }
    seeOther(ctx, `${home}?done=rotated`);
  });

  router.get(`${home}replace/`, (ctx) => {
    showPage(ctx, 'confirm', {
      title: say('keys.ask-replace'),
      sentences: [say('keys.replace-about'), say('keys.replace-effect')],
      action: ctx.path,
      button: say('keys.replace-all'),
      back: home,
    });
  });

  router.post(`${home}replace/`, async (ctx) => {
    await replaceSigningKeys(services, principalOf(ctx));
    seeOther(ctx, `${home}?done=replaced`);
  });
}
