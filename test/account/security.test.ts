import test from 'ava';
import { linkAddress } from '../../shared/identity/mail-links.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
test.before(async () => {
  // Passkeys belong to a name, never to a bare address.
  q = await start({ hostname: 'localhost' });
});
test.after.always(() => q?.close());

/** Somebody who signed in at a browser, and by now has a second factor that they used there. */
async function protectedPerson(username: string) {
  const person = await q.person({ username, password: 'correct horse', rights: { host: ['view'] } });
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/'), person);
  const passkey = { user_id: person.id, name: 'Laptop', credential_id: username, public_key: Buffer.of(1), counter: 0 };
  const [{ id }] = await q
    .knex('passkeys')
    .insert({ ...passkey, transports: [], synced: true })
    .returning('id');
  await q
    .knex('sessions')
    .where({ user_id: person.id })
    .update({ amr: ['swk', 'mfa'] });
  return { person, browser, passkey: id as number };
}

test('the last second factor can be removed where none is required, and only one’s own', async (t) => {
  const mine = await protectedPerson('remover');
  const others = await protectedPerson('other');
  const path = (id: number) => `/accounts/security/passkeys/${id}/remove/`;
  t.is((await mine.browser.open(path(others.passkey))).status, 404);
  const { group_id } = await q.knex('user_groups').where({ user_id: mine.person.id }).first();
  await q.knex('second_factor_policies').insert({ group_id, level: 'required' });
  const kept = await mine.browser.open(path(mine.passkey));
  t.is(kept.status, 409);
  t.regex(kept.html, /Add another one first/);
  await q.knex('second_factor_policies').where({ group_id }).delete();

  await q.knex('recovery_codes').insert({ user_id: mine.person.id, code_hash: Buffer.of(1) });
  const asked = await mine.browser.open(path(mine.passkey));
  t.regex(asked.html, /protected by your password alone/);
  const after = await mine.browser.submit(asked);
  t.regex(after.html, /The passkey is removed/);
  t.is((await q.knex('recovery_codes').where({ user_id: mine.person.id })).length, 0);
  t.is((await q.knex('passkeys').where({ user_id: others.person.id })).length, 1);
  const actions = await q.knex('audit_entries').where({ actor_id: mine.person.id }).pluck('action');
  t.true(actions.includes('remove_second_factor'));
});

test('of two second factors that are removed at once one stays where one is required', async (t) => {
  const { person, browser, passkey } = await protectedPerson('hasty');
  const { group_id } = await q.knex('user_groups').where({ user_id: person.id }).first();
  await q.knex('second_factor_policies').insert({ group_id, level: 'required' });
  await q.knex('authenticator_apps').insert({ user_id: person.id, sealed_secret: Buffer.of(1), last_step: 1 });
  const paths = [`/accounts/security/passkeys/${passkey}/remove/`, '/accounts/security/app/remove/'];
  const forms = await Promise.all(paths.map((path) => browser.open(path)));
  const answers = await Promise.all(forms.map((form) => browser.submit(form)));
  t.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
});

test('new recovery codes replace the old ones, and are stored as hashes only', async (t) => {
  const { person, browser } = await protectedPerson('collector');
  const ask = async () => browser.submit(await browser.open('/accounts/security/recovery-codes/'));
  const codes = (html: string) => /id="codes">([^<]+)</.exec(html)![1]!.split('\n');
  const [first, second] = [codes((await ask()).html), codes((await ask()).html)];
  t.is(new Set([...first, ...second]).size, 20);
  const stored = await q.knex('recovery_codes').where({ user_id: person.id });
  t.is(stored.length, 10);
  t.false(JSON.stringify(stored).includes(Buffer.from(second[0]!.replaceAll('-', '')).toString('hex')));
});

test('where passkeys work, who has one can do without a password, and set one again', async (t) => {
  const { person, browser, passkey } = await protectedPerson('modern');
  const remove = '/accounts/security/password/remove/';
  const after = await browser.submit(await browser.open(remove));
  t.regex(after.html, /The password is removed/);
  t.is((await q.knex('users').where({ id: person.id }).first()).password, null);
  const entering = new FormBrowser(q.url);
  t.is((await entering.signIn(await entering.open('/accounts/login/'), person)).status, 422);
  t.is((await browser.open(remove)).status, 200);
  t.is((await browser.open(`/accounts/security/passkeys/${passkey}/remove/`)).status, 409, 'the only way in stays');

  const form = await browser.open('/accounts/password/');
  t.notRegex(form.html, /id="current"/);
  await q
    .knex('sessions')
    .where({ user_id: person.id })
    .update({ auth_time: q.knex.raw(`now() - interval '1 hour'`) });
  const wish = { chosen: 'battery staple', again: 'battery staple' };
  t.is((await browser.submit(form, wish)).url.pathname, '/accounts/confirm/', 'not by whoever finds the browser open');
  await q.knex('sessions').where({ user_id: person.id }).update({ auth_time: new Date() });
  t.regex((await browser.submit(form, wish)).html, /Your password is changed/);
  const again = await entering.open('/accounts/login/');
  const entered = await entering.signIn(again, { ...person, password: 'battery staple' });
  t.is(entered.url.pathname, '/accounts/login/second-factor/');

  const plain = await q.person({ username: 'no passkey', password: 'correct horse' });
  const other = new FormBrowser(q.url);
  await other.signIn(await other.open('/accounts/login/'), plain);
  t.is((await other.open(remove)).status, 409);
});

test('where second factors are switched off, nobody adds one', async (t) => {
  const person = await q.person({ username: 'plain', password: 'correct horse' });
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/'), person);
  await q.knex('second_factor_policies').where({ group_id: null }).update({ level: 'off' });
  const page = await browser.open('/accounts/security/');
  const form = await browser.open('/accounts/security/app/');
  await q.knex('second_factor_policies').where({ group_id: null }).update({ level: 'offered' });
  t.is(page.status, 200);
  t.notRegex(page.html, /href="\/accounts\/security\/app\/"/);
  t.is(form.status, 403);
});

test('a session is ended alone, by its own person only', async (t) => {
  const person = await q.person({ username: 'two places', password: 'correct horse' });
  const [here, there] = [new FormBrowser(q.url), new FormBrowser(q.url)];
  for (const browser of [here, there]) await browser.signIn(await browser.open('/accounts/login/'), person);
  const stranger = await protectedPerson('stranger');
  const [{ id: theirs }] = await q.knex('sessions').where({ user_id: stranger.person.id }).select('id');
  const page = await here.open('/accounts/sessions/');
  t.is(page.html.match(/127\.0\.0\.1/g)?.length, 2);
  const foreign = { ...page, html: page.html.replace(/sessions\/\d+\/end/, `sessions/${theirs}/end`) };
  t.is((await here.submit(foreign)).status, 404);
  t.regex((await here.submit(page)).html, /signed out there/);
  t.is((await there.open('/accounts/')).url.pathname, '/accounts/login/');
  t.is((await stranger.browser.open('/accounts/')).status, 200);
  t.is((await here.open('/accounts/')).status, 200);
});

test('a new mail address counts once its link was used, by the person whose account it is for', async (t) => {
  const { person, browser } = await protectedPerson('mover');
  await q.knex('users').where({ id: person.id }).update({ email: 'old@lab.example', email_verified_at: new Date() });
  const stranger = await protectedPerson('snooper');
  await browser.submit(await browser.open('/accounts/address/'), { email: 'new@lab.example' });
  const account = () => q.knex('users').where({ id: person.id }).first();
  t.is((await account()).email, 'old@lab.example');
  const { facts, recipient } = await q.knex('outbox').where({ user_id: person.id, kind: 'address_check' }).first();
  t.is(recipient, 'new@lab.example');
  const link = linkAddress(q.services.config, 'address', facts.link);
  t.is((await stranger.browser.open(link)).status, 410);
  const asked = await browser.open(link);
  t.regex(asked.html, /new@lab\.example/);
  t.is((await account()).email, 'old@lab.example', 'looking at it changes nothing');
  t.regex((await browser.submit(asked)).html, /mail address is confirmed/);
  const after = await account();
  t.is(after.email, 'new@lab.example');
  t.truthy(after.email_verified_at);
  t.is((await browser.open(link)).status, 410);
  const told = await q.knex('outbox').where({ user_id: person.id, kind: 'account_changed' }).first();
  t.is(told.recipient, 'old@lab.example', 'the old address hears of it');
});
