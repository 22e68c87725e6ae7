import type Router from '@koa/router';
import { FieldRefused } from '../../shared/applications/field-refused.ts';
import { invite, type NotInvited, type NotReset, sendReset } from '../../shared/identity/invitation.ts';
import { secondFactorsOf } from '../../shared/identity/second-factors.ts';
import { moment } from '../../shared/pages/moment.ts';
import { switchPerson } from '../../shared/people/commands.ts';
import { resetFactorsOf } from '../../shared/people/factors.ts';
import type { PersonFacts } from '../../shared/people/find.ts';
import { endOneSession, listSessions, signOutEverywhere } from '../../shared/people/sessions.ts';
import { type Key, say } from '../messages/say.ts';
import { type Outcomes, outcomeOf } from '../pages/outcomes.ts';
import { showPage } from '../pages/pages.ts';
import { notFound, Problem } from '../pages/problems.ts';
import { seeOther } from '../pages/see-other.ts';
import { connectedApplications } from '../provider/connected-applications.ts';
import { deviceOf } from '../sign-in/device.ts';
import { type BrowserState, personOf, principalOf } from '../sign-in/state.ts';
import { numberIn, personIn, type WithParams } from './found.ts';
import type { AdminServices } from './router.ts';

const outcomes: Outcomes = {
  created: 'people.done-created',
  invite: 'people.done-invite',
  'reset-password': 'people.done-reset-password',
  changed: 'people.done-changed',
  disable: 'people.done-disable',
  enable: 'people.done-enable',
  'sign-out': 'people.done-sign-out',
  'reset-factors': 'people.done-reset-factors',
  session: 'people.done-session',
};

const notInvited: Readonly<Record<NotInvited, Key>> = {
  'no such person': 'people.not-invited-person',
  'no address': 'people.no-address',
  'has a password': 'people.has-password',
};

const notReset: Readonly<Record<NotReset, Key>> = {
  'no such person': 'people.not-written-person',
  'no address': 'people.no-address',
  'has no password': 'people.no-password-yet',
};

/** Sessions that a page shows. */
const shownSessions = 50;

/** What asks first, and what it then does. */
const actions = {
  disable: {
    title: 'people.ask-disable',
    sentences: ['people.disable-about'],
    button: 'people.disable',
  },
  'sign-out': {
    title: 'people.ask-sign-out',
    sentences: ['people.sign-out-about', 'people.sign-out-tokens'],
    button: 'people.sign-out-everywhere',
  },
  'reset-password': {
    title: 'people.ask-reset',
    sentences: ['people.reset-about', 'people.reset-care'],
    button: 'password.send-link',
    harmless: true,
  },
  'reset-factors': {
    title: 'people.ask-factors',
    sentences: ['people.factors-about', 'people.factors-care'],
    button: 'people.reset-factors',
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
      done: outcomeOf(ctx, outcomes),
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
      const { title, sentences, button, ...how } = actions[action];
      showPage(ctx, 'confirm', {
        ...how,
        title: say(title, { person: person.username }),
        sentences: sentences.map((sentence) => say(sentence)),
        button: say(button),
        action: ctx.path,
        back: `/admin/people/${person.id}/`,
      });
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
    if (refused) throw new Problem(409, say('people.nobody-invited'), say(notInvited[refused]));
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
      if (refused) throw new Problem(409, say('people.nobody-written'), say(notReset[refused]));
      return;
    }
    if (action === 'reset-factors') return resetFactorsOf(knex, actor, id);
    try {
      await switchPerson(knex, actor, id, false);
    } catch (error) {
      if (error instanceof FieldRefused) throw new Problem(409, say('tokens.not-as-things-stand'), error.message);
      throw error;
    }
  }
}
