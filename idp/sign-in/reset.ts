import type Router from '@koa/router';
import type { Knex } from 'knex';
import { loadPerson } from '../../shared/access/load-person.ts';
import { audit } from '../../shared/audit.ts';
import {
  findMailLink,
  type LinkPurpose,
  linkPurposes,
  newMailLink,
  useMailLink,
} from '../../shared/identity/mail-links.ts';
import { hashPassword } from '../../shared/identity/passwords.ts';
import { countTry } from '../../shared/identity/sign-in-limits.ts';
import { postLetter } from '../../shared/mail/outbox.ts';
import { tellOfChange } from '../../shared/mail/tell-of-change.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { Problem } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import type { FactorServices } from '../second-factors/prove.ts';
import { readChosenPassword } from './chosen-password.ts';
import { rememberBrowser } from './known-browser.ts';
import { tooManyTries } from './limited.ts';
import { type BrowserState, principalOf } from './state.ts';

/** Nobody is written more often than this, however often somebody asks; minutes. */
const pause = 5;

/**
 * A forgotten password (`/accounts/reset/`) and the first one (`/accounts/invitation/`): both are chosen by a link from a
 * letter. It signs nobody in, so whoever reads the mails of another still lacks the second factor.
 */
export function resetRoutes(router: Router<BrowserState>, { knex, pool, config }: FactorServices): void {
  const mailServer = config.smtpUrl !== null;

  router.get('/accounts/reset/', (ctx) => showPage(ctx, 'reset', { mailServer }));

  router.post('/accounts/reset/', async (ctx) => {
    const email = ctx.state.form.text('email');
    const wrong = (error: string, status: number) =>
      showPage(ctx, 'reset', { mailServer, email, errors: { email: error } }, status);
    if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254) return wrong(say('password.no-address'), 422);
    const seconds = await countTry(pool, { account: `reset ${email}`, address: ctx.ip || null });
    if (seconds !== null) return wrong(tooManyTries(ctx, seconds), 429);
    await knex.transaction(async (trx) => {
      const written = await writeLinks(trx, email);
      // Which addresses there are is nobody's business: who asks in vain is noted and answered alike.
      await audit(trx, principalOf(ctx, null), { action: 'ask_password_reset', resource: 'user', objectId: written });
    });
    showPage(ctx, 'reset-sent', { mailServer, email, minutes: linkPurposes.reset.minutes });
  });

  for (const purpose of ['reset', 'invitation'] as const) {
    const { path } = linkPurposes[purpose];

    router.get(path, async (ctx) => {
      const link = String(ctx.query.link ?? '');
      const { username } = await found(purpose, link);
      showPage(ctx, 'choose-password', { purpose, action: path, link, username });
    });

    router.post(path, async (ctx) => {
      const link = ctx.state.form.raw('link');
      const { id, userId, username, email } = await found(purpose, link);
      const { password, ...chosen } = await readChosenPassword(ctx.state.form, { username, email }, config);
      if (Object.keys(chosen.errors).length > 0) {
        return showPage(ctx, 'choose-password', { purpose, action: path, link, username, ...chosen }, 422);
      }
      const hashed = await hashPassword(password);
      const done = await knex.transaction(async (trx) => {
        if (!(await useMailLink(trx, purpose, id))) return false;
        await trx('users')
          .where({ id: userId })
          // Who got the letter reads what comes to the address.
          .update({ password: hashed, password_changed_at: trx.fn.now(), email_verified_at: trx.fn.now() });
        const person = await loadPerson(trx, { id: userId });
        const action = purpose === 'reset' ? 'reset_password' : 'accept_invitation';
        await audit(trx, principalOf(ctx, person), { action, resource: 'user', objectId: userId });
        // Who reads the letter gets past strangers who guess at the account.
        await rememberBrowser(ctx, trx, config.secretKey, userId);
        if (purpose === 'reset') await tellOfChange(trx, userId, 'password');
        return true;
      });
      if (!done) throw overdue(purpose);
      seeOther(ctx, '/accounts/login/?done=password');
    });
  }

  async function found(purpose: LinkPurpose, written: string) {
    const link = await findMailLink(knex, config.secretKey, purpose, written);
    if (!link) throw overdue(purpose);
    return link;
  }
}

const overdue = (purpose: LinkPurpose) =>
  new Problem(
    410,
    say('password.dead-link'),
    purpose === 'reset' ? say('password.dead-reset') : say('password.dead-invitation'),
    purpose === 'reset'
      ? { href: '/accounts/reset/', label: say('sign-in.forgot') }
      : { href: '/accounts/login/', label: say('frame.sign-in') },
  );

interface Reader {
  id: number;
  username: string;
  first_name: string;
  email: string;
}

/**
 * Puts a letter into the outbox for each account with this confirmed address.
 * @returns the id of the account when it is one
 */
async function writeLinks(trx: Knex, email: string): Promise<number | null> {
  const readers = await trx('users')
    .whereRaw('lower(email) = lower(?)', [email])
    .where({ is_active: true, is_service: false })
    .whereNotNull('email_verified_at')
    .whereNotExists(
      trx('mail_links')
        .whereRaw('mail_links.user_id = users.id')
        .where({ purpose: 'reset' })
        .whereRaw('created_at > now() - make_interval(mins => ?)', [pause]),
    )
    .limit(5)
    .select<Reader[]>('id', 'username', 'first_name', 'email');
  for (const { id, username, first_name: firstName, email: recipient } of readers) {
    const link = await newMailLink(trx, { userId: id, purpose: 'reset', email: recipient });
    const facts = { link, username, name: firstName || username };
    await postLetter(trx, { kind: 'password_reset', userId: id, recipient, facts });
  }
  return readers.length === 1 ? (readers[0]?.id ?? null) : null;
}
