import type Router from '@koa/router';
import { audit } from '../../shared/audit.ts';
import { findMailLink, linkPurposes, newMailLink, useMailLink } from '../../shared/identity/mail-links.ts';
import { countTry } from '../../shared/identity/sign-in-limits.ts';
import { postLetter } from '../../shared/mail/outbox.ts';
import { tellOfChange } from '../../shared/mail/tell-of-change.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { Problem } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { tooManyTries } from '../sign-in/limited.ts';
import { type BrowserContext, type BrowserState, personOf, principalOf } from '../sign-in/state.ts';
import type { AccountServices } from './router.ts';
import { securityHome } from './security-home.ts';

const home = '/accounts/address/';

/**
 * `/accounts/address/`: the mail address of an account, which is changed and counts as its person's once they used the
 * link that was sent there.
 */
export function addressRoutes(router: Router<BrowserState>, { knex, pool, config }: AccountServices): void {
  const mailServer = config.smtpUrl !== null;

  router.get(home, async (ctx) => {
    const { email_verified_at } = await knex('users')
      .where({ id: personOf(ctx).id })
      .first('email_verified_at');
    showPage(ctx, 'address', { mailServer, email: personOf(ctx).email, verified: email_verified_at !== null });
  });

  router.post(home, async (ctx) => {
    const { id: userId, username, firstName } = personOf(ctx);
    const email = ctx.state.form.text('email');
    const wrong = (error: string, status: number) =>
      showPage(ctx, 'address', { mailServer, email, errors: { email: error } }, status);
    if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254) return wrong(say('address.no-address'), 422);
    const seconds = await countTry(pool, { account: `address of ${userId}`, address: ctx.ip || null });
    if (seconds !== null) return wrong(tooManyTries(ctx, seconds), 429);
    await knex.transaction(async (trx) => {
      const link = await newMailLink(trx, { userId, purpose: 'address', email });
      const facts = { link, username, name: firstName || username };
      await postLetter(trx, { kind: 'address_check', userId, recipient: email, facts });
    });
    showPage(ctx, 'address-sent', { mailServer, email });
  });

  const { path } = linkPurposes.address;

  router.get(path, async (ctx) => {
    const link = String(ctx.query.link ?? '');
    const { email } = await found(ctx, link);
    showPage(ctx, 'confirm-address', { action: path, link, email });
  });

  router.post(path, async (ctx) => {
    const { id, email } = await found(ctx, ctx.state.form.raw('link'));
    const person = personOf(ctx);
    await knex.transaction(async (trx) => {
      if (!(await useMailLink(trx, 'address', id))) throw overdue();
      if (email.toLowerCase() !== person.email.toLowerCase()) {
        // While the old one still counts.
        await tellOfChange(trx, person.id, 'address', person.email);
        const changes = { email: { old: person.email, new: email } };
        await audit(trx, principalOf(ctx), { action: 'update', resource: 'user', objectId: person.id, changes });
      }
      await trx('users')
        .where({ id: person.id })
        .update({ email, email_verified_at: trx.raw('clock_timestamp()') });
      await audit(trx, principalOf(ctx), { action: 'confirm_address', resource: 'user', objectId: person.id });
    });
    seeOther(ctx, `${securityHome}?done=address`);
  });

  /** The link proves that somebody reads the address; being signed in proves whose account it is for. */
  async function found(ctx: BrowserContext, written: string) {
    const link = await findMailLink(knex, config.secretKey, 'address', written);
    if (!link || link.userId !== personOf(ctx).id) throw overdue();
    return link;
  }
}

const overdue = () => new Problem(410, say('password.dead-link'), say('address.dead'));
