import type Router from '@koa/router';
import type { Knex } from 'knex';
import { secondFactorsOf } from '../../shared/identity/second-factors.ts';
import { moment } from '../../shared/pages/moment.ts';
import { type Outcomes, outcomeOf } from '../pages/outcomes.ts';
import { showPage } from '../pages/pages.ts';
import { passkeysWork } from '../second-factors/passkeys.ts';
import { type BrowserState, personOf } from '../sign-in/state.ts';
import { addingFactorRoutes } from './adding-factors.ts';
import { removingFactorRoutes } from './removing-factors.ts';
import { removingPasswordRoutes } from './removing-password.ts';
import type { AccountServices } from './router.ts';
import { securityHome } from './security-home.ts';

const outcomes: Outcomes = {
  app: 'security.done-app',
  passkey: 'security.done-passkey',
  added: 'security.done-added',
  'no-password': 'security.done-no-password',
  address: 'security.done-address',
};

/** `/accounts/security/`: what protects the account. */
export function securityRoutes(router: Router<BrowserState>, services: AccountServices): void {
  const { knex, config } = services;
  const inZone = (at: Date | null) => moment(at, config.timeZone);
  addingFactorRoutes(router, services);
  removingFactorRoutes(router, services);
  removingPasswordRoutes(router, services);

  router.get(securityHome, async (ctx) => {
    const { id } = personOf(ctx);
    const [factors, facts, passkeys] = await Promise.all([
      secondFactorsOf(knex, id),
      factsOf(knex, id),
      knex('passkeys').where({ user_id: id }).orderBy('id').select<Passkey[]>('*'),
    ]);
    showPage(ctx, 'security', {
      done: outcomeOf(ctx, outcomes),
      factors,
      hasPassword: facts.has_password,
      passwordChangedAt: inZone(facts.password_changed_at),
      app: facts.app_added_at && { addedAt: inZone(facts.app_added_at), usedAt: inZone(facts.app_used_at) },
      passkeys: passkeys.map(({ id: key, name, synced, created_at, last_used_at }) => ({
        id: key,
        name,
        synced,
        addedAt: inZone(created_at),
        usedAt: inZone(last_used_at),
      })),
      passkeysWork: passkeysWork(config),
      verifiedAt: inZone(facts.email_verified_at),
    });
  });
}

interface Passkey {
  id: number;
  name: string;
  synced: boolean;
  created_at: Date;
  last_used_at: Date | null;
}

interface Facts {
  has_password: boolean;
  password_changed_at: Date | null;
  email_verified_at: Date | null;
  app_added_at: Date | null;
  app_used_at: Date | null;
}

async function factsOf(knex: Knex, userId: number): Promise<Facts> {
  const { rows } = await knex.raw<{ rows: [Facts] }>(
    `SELECT u.password IS NOT NULL AS has_password, u.password_changed_at, u.email_verified_at,
            a.created_at AS app_added_at, a.last_used_at AS app_used_at
       FROM users u LEFT JOIN authenticator_apps a ON a.user_id = u.id WHERE u.id = ?`,
    [userId],
  );
  return rows[0];
}
