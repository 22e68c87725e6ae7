import type Router from '@koa/router';
import { isMfaLevel, type MfaLevel, mfaLevels, mfaPolicy, setMfaPolicy } from '../../shared/identity/mfa-policy.ts';
import { listGroups } from '../../shared/people/groups.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { seeOther } from '../pages/see-other.ts';
import { type BrowserState, principalOf } from '../sign-in/state.ts';
import type { AdminServices } from './router.ts';

const home = '/admin/second-factors/';

/** `/admin/second-factors/`: who needs a second factor. */
export function policyRoutes(router: Router<BrowserState>, { knex }: AdminServices): void {
  router.get(home, async (ctx) => {
    const [policy, groups] = await Promise.all([mfaPolicy(knex), listGroups(knex)]);
    const levelOf = new Map(policy.groups.map(({ groupId, level }) => [groupId, level]));
    showPage(ctx, 'admin-second-factors', {
      everybody: policy.everybody,
      levels: (Object.keys(mfaLevels) as MfaLevel[]).map((level) => [level, say(`mfa-levels.${level}`)]),
      groups: groups.map(({ id, name }) => ({ id, name, level: levelOf.get(id) ?? '' })),
      done: ctx.query.done === 'changed' ? say('people.policy-changed') : null,
    });
  });

  router.post(home, async (ctx) => {
    const { form } = ctx.state;
    const groups = await listGroups(knex);
    await knex.transaction(async (trx) => {
      const everybody = form.raw('everybody');
      if (isMfaLevel(everybody)) await setMfaPolicy(trx, principalOf(ctx), { groupId: null, level: everybody });
      for (const { id } of groups) {
        if (!form.has(`group_${id}`)) continue;
        const level = form.raw(`group_${id}`);
        if (level !== '' && !isMfaLevel(level)) continue;
        await setMfaPolicy(trx, principalOf(ctx), { groupId: id, level: level === '' ? null : level });
      }
    });
    seeOther(ctx, `${home}?done=changed`);
  });
}
