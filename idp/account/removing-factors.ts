import type Router from '@koa/router';
import type { Knex } from 'knex';
import { audit } from '../../shared/audit.ts';
import { hasFactor, type SecondFactors, secondFactorsOf } from '../../shared/identity/second-factors.ts';
import { tellOfChange } from '../../shared/mail/tell-of-change.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { notFound, Problem } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { inTurn } from '../second-factors/enrol.ts';
import { type BrowserContext, type BrowserState, personOf, principalOf } from '../sign-in/state.ts';
import type { AccountServices } from './router.ts';
import { securityHome } from './security-home.ts';

type WithParams = BrowserContext & { params: Record<string, string> };

/** `/accounts/security/…/remove/`: taking away what protects the account, as long as something is left where it has to. */
export function removingFactorRoutes(router: Router<BrowserState>, { knex }: AccountServices): void {
  const app = `${securityHome}app/remove/`;
  const passkey = `${securityHome}passkeys/:id/remove/`;

  router.get(app, async (ctx) => ask(ctx, say('second-factor.remove-app'), await leftWithout(ctx, 'authenticatorApp')));

  router.post(app, async (ctx) => {
    const { id } = personOf(ctx);
    await remove(ctx, 'authenticatorApp', 'authenticator app', (trx) =>
      trx('authenticator_apps').where({ user_id: id }).delete(),
    );
    seeOther(ctx, `${securityHome}?done=app`);
  });

  router.get(passkey, async (ctx) => {
    const { name } = await own(ctx);
    ask(ctx, say('second-factor.remove-passkey', { name }), await leftWithout(ctx, 'passkeys'));
  });

  router.post(passkey, async (ctx) => {
    const { id, name } = await own(ctx);
    await remove(ctx, 'passkeys', `passkey «${name}»`, (trx) => trx('passkeys').where({ id }).delete());
    seeOther(ctx, `${securityHome}?done=passkey`);
  });

  type Kind = 'authenticatorApp' | 'passkeys';

  async function remove(ctx: BrowserContext, kind: Kind, name: string, drop: (trx: Knex) => Promise<number>) {
    const { id } = personOf(ctx);
    await knex.transaction(async (trx) => {
      await inTurn(trx, id);
      const left = await leftWithout(ctx, kind, trx);
      if ((await drop(trx)) === 0) return;
      if (!hasFactor(left)) await trx('recovery_codes').where({ user_id: id }).delete();
      const changes = { factor: { old: name } };
      await audit(trx, principalOf(ctx), { action: 'remove_second_factor', resource: 'user', objectId: id, changes });
      await tellOfChange(trx, id, 'factor removed');
    });
  }

  /** What somebody still has when one of these is gone. @throws Problem when they have to have one */
  async function leftWithout(ctx: BrowserContext, kind: Kind, db = knex): Promise<SecondFactors> {
    const now = await secondFactorsOf(db, personOf(ctx).id);
    const left = kind === 'passkeys' ? { ...now, passkeys: now.passkeys - 1 } : { ...now, authenticatorApp: false };
    if (left.passkeys === 0 && !(await hasPassword(db, personOf(ctx).id))) throw onlyWayIn();
    if (hasFactor(left) || !now.required) return left;
    throw new Problem(409, say('second-factor.only-one'), say('second-factor.only-one-text'));
  }

  /** Others' passkeys are not found, like those that do not exist. */
  async function own(ctx: WithParams): Promise<{ id: number; name: string }> {
    const { id = '' } = ctx.params;
    const row =
      /^[1-9]\d{0,8}$/.test(id) &&
      (await knex('passkeys')
        .where({ id, user_id: personOf(ctx).id })
        .first());
    if (!row) throw notFound();
    return row;
  }
}

const onlyWayIn = () => new Problem(409, say('second-factor.only-way-in'), say('second-factor.only-way-in-text'));

async function hasPassword(db: Knex, id: number): Promise<boolean> {
  return Boolean(await db('users').where({ id }).whereNotNull('password').first('id'));
}

function ask(ctx: BrowserContext, title: string, left: SecondFactors): void {
  const sentence = hasFactor(left) ? say('second-factor.others-stay') : say('second-factor.password-alone');
  showPage(ctx, 'confirm', {
    title,
    sentences: [sentence],
    action: ctx.path,
    button: say('second-factor.remove'),
    back: securityHome,
  });
}
