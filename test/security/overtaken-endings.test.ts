import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { type ConnectedApplication, connectedApplications } from '../../idp/provider/connected-applications.ts';
import { narrowConsent } from '../../idp/provider/narrow-consent.ts';
import { revokeConsent } from '../../idp/provider/revoke.ts';
import { anonymous } from '../../shared/access/principal.ts';
import { changeApplication } from '../../shared/applications/commands.ts';
import { type ApplicationWish, noWish } from '../../shared/applications/fields.ts';
import { signOutEverywhere } from '../../shared/people/sessions.ts';
import type { TestPerson } from '../harness/people.ts';
import { Setting, type TestApplication } from '../provider/setting.ts';

// The class: a session is checked at the beginning of a request, and what ends it comes before the request is done.

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

const q = await Setting.open();
test.after.always(() => q.close());
test.before(async () => {
  // Whatever lets an application in stops here for as long as a test holds the door.
  await q.knex.raw(`
    CREATE FUNCTION wait_at_the_door() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(4711);
      RETURN NEW;
    END $$;
    CREATE TRIGGER wait_at_the_door BEFORE INSERT OR UPDATE ON oidc_artifacts FOR EACH ROW
      WHEN (NEW.kind IN ('AuthorizationCode', 'DeviceCode') AND NEW.account_id IS NOT NULL)
      EXECUTE FUNCTION wait_at_the_door();
  `);
});

const endings = {
  'a new password': (id: number) => q.knex('users').where({ id }).update({ password_changed_at: new Date() }),
  'signing out everywhere': (id: number) => signOutEverywhere(q.knex, anonymous(null), id),
  'disabling its person': (id: number) => q.knex('users').where({ id }).update({ is_active: false }),
};

for (const [ending, end] of Object.entries(endings)) {
  test.serial(`an authorization that ${ending} overtakes lets nobody in`, async (t) => {
    const planner = await q.application();
    const web = { client_id: planner.clientId, redirect_uri: 'https://planner.example/cb' };
    const ada = await q.person({ username: `ada ${ending}` });
    const { browser } = await q.code(ada, web);
    const { address, verifier } = q.authorization(web);
    const landed = await overtaken(ada, end, () => browser.open(address));
    const code = landed.url.searchParams.get('code');
    const answer = code
      ? await q.redeem({ code, verifier }, { application: planner, redirectUri: web.redirect_uri })
      : null;
    t.not(answer?.status, 200);
    t.true(landed.status < 400);
    t.is((await browser.open(q.authorization(web).address)).url.pathname, '/accounts/login/');
  });

  test.serial(`a device whose consent ${ending} overtakes gets nothing`, async (t) => {
    const device = await q.application({ client_type: 'public', grant_types: [deviceGrant], redirect_uris: [] });
    const client_id = device.clientId;
    const begun = await q.form<{ device_code: string; user_code: string }>('/device-authorization/', {
      client_id,
      scope: 'g:read',
    });
    const bob = await q.person({ username: `bob ${ending}` });
    const browser = q.browser();
    let page = await browser.signIn(await browser.open('/accounts/login/?next=/o/device/'), bob);
    page = await browser.submit(page, { user_code: begun.user_code });
    const landed = await overtaken(bob, end, () => browser.submit(page, { decision: 'allow' }));
    t.true(landed.status < 500);
    const answer = await q.form('/token/', { grant_type: deviceGrant, device_code: begun.device_code, client_id });
    t.is(answer.status, 400);
  });
}

const takenBack: Record<string, (userId: number, application: ConnectedApplication) => Promise<unknown>> = {
  'disconnecting it': (userId, { clientId }) => revokeConsent(q.knex, { userId, clientId }, anonymous(null)),
  'taking a scope away': (userId, application) =>
    narrowConsent(q.knex, { userId, application, kept: new Set(['g:read']) }, anonymous(null)),
};

for (const [ending, takeBack] of Object.entries(takenBack)) {
  test.serial(`${ending} overtakes what an application is given without a question: it has to ask`, async (t) => {
    const planner = await q.application();
    const web = { client_id: planner.clientId, redirect_uri: 'https://planner.example/cb', scope: 'g:read r:add:host' };
    const person = await q.person({ username: `taken back by ${ending}` });
    const { browser } = await q.code(person, web);
    const landed = await meanwhile(
      planner,
      () => browser.open(q.authorization(web).address),
      async () => takeBack(person.id, (await connectedApplications(q.knex, person.id))[0]!),
    );
    t.regex(landed.html, /name="decision"/);
    const held = await connectedApplications(q.knex, person.id);
    t.false(held.some(({ scopes }) => scopes.includes('r:add:host')));
  });
}

test.serial('taking a scope away overtakes a refresh: the next try gives what is left', async (t) => {
  const planner = await q.application();
  const web = { client_id: planner.clientId, redirect_uri: 'https://planner.example/cb', scope: 'g:read r:add:host' };
  const person = await q.person({ username: 'refreshing' });
  const { refresh_token } = await q.redeem(await q.code(person, web), {
    application: planner,
    redirectUri: web.redirect_uri,
  });
  const refresh = () => q.form('/token/', { grant_type: 'refresh_token', refresh_token }, planner);
  const overtaken = await meanwhile(planner, refresh, async () => {
    const [application] = await connectedApplications(q.knex, person.id);
    await narrowConsent(
      q.knex,
      { userId: person.id, application: application!, kept: new Set(['g:read']) },
      anonymous(null),
    );
  });
  t.is(overtaken.error, 'temporarily_unavailable');
  t.is((await refresh()).scope, 'g:read');
});

/** Does something while what an application is issued waits to be kept: all of it was read before. */
async function meanwhile<T>(
  { id }: TestApplication,
  issue: () => Promise<T>,
  work: () => Promise<unknown>,
): Promise<T> {
  const { issued } = await q.knex.transaction(async (trx) => {
    await trx('applications').where({ id }).forUpdate().first('id');
    const issued = issue();
    await waiting(1);
    await work();
    return { issued };
  });
  return issued;
}

test.serial('a sign-in that a new password overtakes is none', async (t) => {
  const eve = await q.person({ username: 'eve' });
  const browser = q.browser();
  const page = await browser.open('/accounts/login/');
  const { answer } = await q.knex.transaction(async (trx) => {
    await trx('users').where({ id: eve.id }).update({ password_changed_at: new Date() });
    const answer = browser.signIn(page, eve);
    await waiting(1);
    return { answer };
  });
  t.is((await answer).status, 422);
  t.is((await browser.open('/accounts/')).url.pathname, '/accounts/login/');
});

test.serial('what is exchanged while its application is limited holds no more than that', async (t) => {
  const planner = await q.application();
  const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange';
  const service = await q.application({ grant_types: [grant_type], redirect_uris: [] });
  const web = { client_id: planner.clientId, redirect_uri: 'https://planner.example/cb' };
  const ada = await q.person({ username: 'ada' });
  const { access_token } = await q.redeem(await q.code(ada, { ...web, scope: 'openid g:read r:add:host' }), {
    application: planner,
    redirectUri: web.redirect_uri,
  });
  const subject_token_type = 'urn:ietf:params:oauth:token-type:access_token';
  const exchange = () => q.form('/token/', { grant_type, subject_token: access_token, subject_token_type }, service);
  const limited: ApplicationWish = {
    ...noWish,
    name: 'Rack planner',
    client_type: 'confidential',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [web.redirect_uri],
    allowed_scopes: ['openid', 'g:read'],
  };
  t.is((await exchange()).status, 200);
  const { exchanged } = await q.knex.transaction(async (trx) => {
    t.true(await changeApplication(trx, { id: planner.id, wish: limited, seen: null }, anonymous(null)));
    const exchanged = exchange();
    await waiting(1);
    return { exchanged };
  });
  t.is((await exchanged).error, 'invalid_grant');
});

/** Holds the door until `end` is done, or waits for what stands at the door. */
async function overtaken<T>(person: TestPerson, end: (id: number) => Promise<unknown>, enter: () => Promise<T>) {
  const { entered, ended } = await q.knex.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(4711)');
    const entered = enter();
    await waiting(1);
    const ended = end(person.id).then(() => {});
    await Promise.race([ended, waiting(2)]);
    return { entered, ended };
  });
  await ended;
  return entered;
}

/** Until so many statements wait for somebody's lock. */
async function waiting(wanted: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const { rows } = await q.knex.raw(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows.length >= wanted) return;
    await sleep(20);
  }
}
