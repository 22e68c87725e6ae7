import type Router from '@koa/router';
import type { Person } from '../../shared/access/principal.ts';
import { type Permission, permissions, roleNames } from '../../shared/access/roles.ts';
import { moment } from '../../shared/pages/moment.ts';
import { say } from '../messages/say.ts';
import { type Outcomes, outcomeOf } from '../pages/outcomes.ts';
import { showPage } from '../pages/pages.ts';
import { connectedApplications } from '../provider/connected-applications.ts';
import { type BrowserState, personOf } from '../sign-in/state.ts';
import type { AccountServices } from './router.ts';

const outcomes: Outcomes = { password: 'account.password-changed' };

/** `/accounts/`: who you are, what you may do, and where to go from here. */
export function overviewRoutes(router: Router<BrowserState>, { knex, config }: AccountServices): void {
  router.get('/accounts/', async (ctx) => {
    const person = personOf(ctx);
    const [facts, applications] = await Promise.all([factsOf(person), connectedApplications(knex, person.id)]);
    showPage(ctx, 'account', {
      name: `${person.firstName} ${person.lastName}`.trim() || person.username,
      done: outcomeOf(ctx, outcomes),
      standing: standingOf(person),
      rights: rightsOf(person),
      groups: facts.groups,
      tokens: facts.tokens,
      // Whoever stands in for them sits at a session of their own.
      otherSessions: facts.sessions - (ctx.state.standIn ? 0 : 1),
      applications: applications.length,
      factors: facts.factors,
      unverified: person.email !== '' && !person.emailConfirmed,
      signedInAt: moment(ctx.state.session?.createdAt ?? null, config.timeZone),
    });
  });

  interface Facts {
    groups: string[];
    tokens: number;
    sessions: number;
    factors: number;
  }

  async function factsOf({ id }: Person): Promise<Facts> {
    const { rows } = await knex.raw<{ rows: [Facts] }>(
      `SELECT (SELECT count(*)::int FROM passkeys WHERE user_id = u.id) + (SELECT count(*)::int FROM authenticator_apps WHERE user_id = u.id) AS factors,
              ARRAY(SELECT name FROM groups JOIN user_groups ON group_id = groups.id WHERE user_id = u.id ORDER BY lower(name)) AS groups,
              (SELECT count(*)::int FROM api_tokens WHERE user_id = u.id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())) AS tokens,
              (SELECT count(*)::int FROM sessions WHERE user_id = u.id AND expires_at > now()) AS sessions
         FROM users u WHERE id = ?`,
      [id],
    );
    return rows[0];
  }
}

function standingOf(person: Person): string[] {
  if (person.isSuperuser) return [say('words.standing-superuser')];
  return [person.isStaff ? say('words.standing-staff') : say('words.standing-member')];
}

function rightsOf(person: Person): { what: string; verbs: string }[] {
  return roleNames
    .map((role) => {
      const held = (permission: Permission) => person.isSuperuser || person.rights.get(role)?.has(permission);
      const verbs = permissions.filter(held).map((permission) => say('rights.verb', { permission }));
      return { what: capitalised(say(`roles.${role}`)), verbs: verbs.join(', ') };
    })
    .filter(({ verbs }) => verbs)
    .map(({ what, verbs }) => ({ what, verbs: capitalised(verbs) }));
}

const capitalised = (text: string) => text[0]!.toUpperCase() + text.slice(1);
