import type Router from '@koa/router';
import { FieldRefused } from '../../shared/applications/field-refused.ts';
import { invite, type NotInvited, type NotReset, sendReset } from '../../shared/identity/invitation.ts';
import { secondFactorsOf } from '../../shared/identity/second-factors.ts';
import { moment } from '../../shared/pages/moment.ts';
import { switchPerson } from '../../shared/people/commands.ts';
import { resetFactorsOf } from '../../shared/people/factors.ts';
import type { PersonFacts } from '../../shared/people/find.ts';
import { endOneSession, listSessions, signOutEverywhere } from '../../shared/people/sessions.ts';
import { showPage } from '../pages/pages.ts';
import { notFound, Problem } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { connectedApplications } from '../provider/connected-applications.ts';
import { deviceOf } from '../sign-in/device.ts';
import { type BrowserState, personOf, principalOf } from '../sign-in/state.ts';
import { numberIn, personIn, type WithParams } from './found.ts';
import type { AdminServices } from './router.ts';

/** What `?done=` may say. */
const outcomes = new Map([
  ['created', 'The account is made. It has no password yet.'],
  ['invite', 'The invitation is on its way. Its link works once.'],
  ['reset-password', 'The letter is on its way. Its link works once, for half an hour.'],
  ['changed', 'Your changes are saved.'],
  ['disable', 'The account is disabled. Its sessions and tokens have ended.'],
  ['enable', 'The account is enabled.'],
  ['sign-out', 'They are signed out everywhere, and no application is connected any more.'],
  ['reset-factors', 'Their second factors are gone, and they are signed out.'],
  ['session', 'That browser is signed out.'],
]);

const notInvited: Readonly<Record<NotInvited, string>> = {
  'no such person': 'Only people whose account is enabled are invited.',
  'no address': 'There is no e-mail address to write to. Enter one first.',
  'has a password': 'They have a password already. When it is forgotten, they reset it on the sign-in page.',
};

const notReset: Readonly<Record<NotReset, string>> = {
  'no such person': 'Only people whose account is enabled are written to.',
  'no address': 'There is no e-mail address to write to. Enter one first.',
  'has no password': 'They have no password yet. Invite them.',
};

/** Sessions that a page shows. */
const shownSessions = 50;

/** What asks first, and what it then does. */
const actions = {
  disable: {
    title: (name: string) => `Disable ${name}?`,
    sentences: [
      'Their sessions, API tokens and connected applications end at once. Tokens stay dead when you enable them again.',
    ],
    button: 'Disable account',
  },
  'sign-out': {
    title: (name: string) => `Sign ${name} out everywhere?`,
    sentences: [
      'Every browser is signed out and every application disconnected, at once.',
      'Their API tokens stay; revoke those one by one.',
    ],
    button: 'Sign out everywhere',
  },
  'reset-password': {
    title: (name: string) => `Let ${name} choose another password?`,
    sentences: [
      'They get a letter with a link by which they choose it. Their password of before goes on until then.',
      'Whoever reads what comes to their address can use the link: look whether it is still theirs.',
    ],
    button: 'Send the link',
    harmless: true,
  },
  'reset-factors': {
    title: (name: string) => `Reset the second factors of ${name}?`,
    sentences: [
      'For people who lost them: authenticator app, passkeys and recovery codes are gone, and they are signed out.',
      'Make sure by another way that it is really them who asks.',
    ],
    button: 'Reset second factors',
  },
} as const;
type Action = keyof typeof actions;

/** `/admin/people/:id/`: one person, and what can be done about them. */
export function personRoutes(router: Router<BrowserState>, { knex, config }: AdminServices): void {
  const at = (when: Date | null) => moment(when, config.timeZone);

  router.get('/admin/people/:id/', async (ctx) => {
    const person = await personIn(ctx, knex);
    const [factors, sessions, applications, tokens] = await Promise.all([
      secondFactorsOf(knex, person.id),
      listSessions(knex, { userId: person.id, limit: shownSessions }),
      connectedApplications(knex, person.id),
      knex('api_tokens AS t').where({ user_id: person.id }).whereRaw('api_token_lives(t)').count({ count: '*' }),
    ]);
    showPage(ctx, 'admin-person', {
      done: outcomes.get(String(ctx.query.done)),
      person,
      isSelf: person.id === personOf(ctx).id,
      name: `${person.first_name} ${person.last_name}`.trim() || person.username,
      factors,
      joined: at(person.date_joined),
      lastLogin: at(person.last_login),
      tokens: Number(tokens[0]?.count ?? 0),
      applications: applications.map(({ name }) => name),
      sessions: sessions.map((session) => ({
        ...session,
        device: deviceOf(session.user_agent),
        began: at(session.created_at),
        lastSeen: at(session.last_seen_at),
      })),
    });
  });

  for (const action of Object.keys(actions) as Action[]) {
    const path = `/admin/people/:id/${action}/`;
    router.get(path, async (ctx) => {
      const person = await personIn(ctx, knex);
      const { title, ...says } = actions[action];
      const back = `/admin/people/${person.id}/`;
      showPage(ctx, 'confirm', { ...says, title: title(person.username), action: ctx.path, back });
    });
    router.post(path, async (ctx) => {
      const person = await personIn(ctx, knex);
      await carryOut(ctx, action, person);
      seeOther(ctx, `/admin/people/${person.id}/?done=${action}`);
    });
  }

  router.post('/admin/people/:id/enable/', async (ctx) => {
    const person = await personIn(ctx, knex);
    await switchPerson(knex, principalOf(ctx), person.id, true);
    seeOther(ctx, `/admin/people/${person.id}/?done=enable`);
  });

  router.post('/admin/people/:id/invite/', async (ctx) => {
    const person = await personIn(ctx, knex);
    const refused = await knex.transaction((trx) => invite(trx, principalOf(ctx), person.id));
    if (refused) throw new Problem(409, 'Nobody was invited', notInvited[refused]);
    seeOther(ctx, `/admin/people/${person.id}/?done=invite`);
  });

  router.post('/admin/people/:id/sessions/:session/end/', async (ctx) => {
    const person = await personIn(ctx, knex);
    const sessions = await listSessions(knex, { userId: person.id, limit: shownSessions });
    const session = sessions.find(({ id }) => id === numberIn(ctx, 'session'));
    if (!session) throw notFound();
    await endOneSession(knex, principalOf(ctx), session.id);
    seeOther(ctx, `/admin/people/${person.id}/?done=session`);
  });

  async function carryOut(ctx: WithParams, action: Action, { id }: PersonFacts): Promise<void> {
    const actor = principalOf(ctx);
    if (action === 'sign-out') return signOutEverywhere(knex, actor, id);
    if (action === 'reset-password') {
      const refused = await knex.transaction((trx) => sendReset(trx, actor, id));
      if (refused) throw new Problem(409, 'Nobody was written to', notReset[refused]);
      return;
    }
    if (action === 'reset-factors') return resetFactorsOf(knex, actor, id);
    try {
      await switchPerson(knex, actor, id, false);
    } catch (error) {
      if (error instanceof FieldRefused) throw new Problem(409, 'Not as things stand', error.message);
      throw error;
    }
  }
}
