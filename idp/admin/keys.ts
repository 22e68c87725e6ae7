import type Router from '@koa/router';
import { moment } from '../../shared/pages/moment.ts';
import { listSigningKeys } from '../../shared/signing-keys/read.ts';
import { replaceSigningKeys, rotateSigningKeys } from '../../shared/signing-keys/rotate.ts';
import { showPage } from '../pages/pages.ts';
import { Problem } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { type BrowserState, principalOf } from '../sign-in/state.ts';
import type { AdminServices } from './router.ts';

const home = '/admin/keys/';
const outcomes = new Map([
  ['rotated', 'The next keys sign from now on. What was signed before stays valid.'],
  ['replaced', 'All keys are new. Every access token that the old ones signed is refused.'],
]);

const states = { current: 'Signs', next: 'Signs next', previous: 'Signed before' } as const;

/** `/admin/keys/`: the keys that sign tokens. */
export function keyRoutes(router: Router<BrowserState>, services: AdminServices): void {
  const { knex, config } = services;

  router.get(home, async (ctx) => {
    const keys = await listSigningKeys(knex);
    showPage(ctx, 'admin-keys', {
      done: outcomes.get(String(ctx.query.done)),
      keys: keys.map((key) => ({
        ...key,
        says: states[key.state],
        since: moment(key.state_since, config.timeZone),
        made: moment(key.created_at, config.timeZone),
      })),
    });
  });

  router.get(`${home}rotate/`, (ctx) => {
    showPage(ctx, 'confirm', {
      title: 'Let the next keys sign?',
      sentences: [
        'Tokens signed before stay valid. Applications notice nothing: the next keys have been published for a while.',
      ],
      action: ctx.path,
      button: 'Rotate keys',
      back: home,
      harmless: true,
    });
  });

  router.post(`${home}rotate/`, async (ctx) => {
    const rotation = await rotateSigningKeys(services, principalOf(ctx));
    if ('notBefore' in rotation) {
      const when = moment(rotation.notBefore, config.timeZone).text;
      throw new Problem(
        409,
        'Not yet',
        `The next keys are too new: caches may be without them. Rotate again after ${when}.`,
      );
    }
    seeOther(ctx, `${home}?done=rotated`);
  });

  router.get(`${home}replace/`, (ctx) => {
    showPage(ctx, 'confirm', {
      title: 'Throw all keys away?',
      sentences: [
        'For keys that somebody else may have. Every access token ends at once, and applications get new ones by their refresh tokens.',
        'Applications that keep our keys for long may refuse people until they read them again.',
      ],
      action: ctx.path,
      button: 'Replace all keys',
      back: home,
    });
  });

  router.post(`${home}replace/`, async (ctx) => {
    await replaceSigningKeys(services, principalOf(ctx));
    seeOther(ctx, `${home}?done=replaced`);
  });
}
