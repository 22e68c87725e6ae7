import test from 'ava';
import { Secret, TOTP } from 'otpauth';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';
import type { TestPerson } from '../harness/people.ts';

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

const page = (html: string, pattern: RegExp) => pattern.exec(html)?.[1] ?? '';

/** The code of now, or of some steps of 30 seconds later. */
const codeOf = (secret: string, later = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + later * 30_000 });

const signIn = async (person: TestPerson, path = '/accounts/login/') => {
  const browser = new FormBrowser(q.url);
  return { browser, page: await browser.signIn(await browser.open(path), person) };
};

async function requireOf(groupId: number | null, level: string) {
  await q.knex('second_factor_policies').where({ group_id: groupId }).delete();
  await q.knex('second_factor_policies').insert({ group_id: groupId, level });
}

/** Somebody whose group has to have a second factor. */
async function member(username: string) {
  const person = await q.person({ username, password: 'correct horse', rights: { host: ['view'] } });
  const { group_id } = await q.knex('user_groups').where({ user_id: person.id }).first();
  return { person, groupId: group_id as number };
}

test('where a second factor is required and somebody has none, signing in leads to setting one up and nowhere else', async (t) => {
  const { person, groupId } = await member('newcomer');
  const before = await signIn(person);
  t.is(before.page.url.pathname, '/accounts/');
  await requireOf(groupId, 'required');
  t.is((await before.browser.open('/accounts/')).url.pathname, '/accounts/login/', 'a session of before is none now');

  const { browser, page: setUp } = await signIn(person, '/accounts/tokens/');
  t.is(setUp.url.pathname, '/accounts/login/set-up/');
  for (const path of ['/accounts/', '/accounts/tokens/', '/accounts/password/', '/o/device/']) {
    t.is((await browser.open(path)).url.pathname, '/accounts/login/', path);
  }
  t.is(browser.cookie('qm_session'), undefined);

  const secret = page(setUp.html, /id="totp-secret">([A-Z2-7]+)</);
  const wrong = await browser.submit(setUp, { code: '000000' });
  t.is(wrong.status, 422);
  t.is(page(wrong.html, /id="totp-secret">([A-Z2-7]+)</), secret, 'the app need not learn another key');
  const code = codeOf(secret);
  const twice = await Promise.all([browser.submit(wrong, { code }), browser.submit(wrong, { code })]);
  const shown = twice.filter(({ html }) => html.includes('Keep these recovery codes'));
  t.deepEqual([shown.length, twice[0]!.status, twice[1]!.status], [1, 200, 200], 'sent twice, it is set up once');
  t.is((await browser.open('/accounts/tokens/')).status, 200);
  const [session] = await q.knex('sessions').where({ user_id: person.id }).whereRaw(`'mfa' = ANY (amr)`);
  t.deepEqual(session.amr, ['pwd', 'otp', 'mfa']);

  const stored = JSON.stringify([
    await q.knex('authenticator_apps').where({ user_id: person.id }),
    await q.knex('recovery_codes').where({ user_id: person.id }),
    await q.knex('audit_entries').where({ actor_id: person.id }),
  ]);
  t.false(stored.includes(secret));
  t.false(stored.includes(Buffer.from(secret).toString('hex')));
});

test('a code of the app, and a recovery code, let somebody in once each', async (t) => {
  const { person, groupId } = await member('careful');
  await q.knex('users').where({ id: person.id }).update({ email: 'c@lab.example', email_verified_at: new Date() });
  await requireOf(groupId, 'required');
  const first = await signIn(person);
  const secret = page(first.page.html, /id="totp-secret">([A-Z2-7]+)</);
  const used = codeOf(secret);
  const shown = await first.browser.submit(first.page, { code: used });
  const [recovery] = page(shown.html, /id="codes">([^<]+)</).split('\n');
  await requireOf(groupId, 'off');

  const second = await signIn(person, '/accounts/tokens/');
  t.is(second.page.url.pathname, '/accounts/login/second-factor/', 'whoever has one is asked, required or not');
  const reused = await second.browser.submit(second.page, { code: used });
  t.is(reused.status, 422, 'the code of the set-up was used');
  const [other, ...answers] = await Promise.all([signIn(person), signIn(person), signIn(person)]);
  const code = codeOf(secret, 1);
  const raced = await Promise.all(
    [second, ...answers].map(({ browser }) =>
      browser.open('/accounts/login/second-factor/').then((form) => browser.submit(form, { code })),
    ),
  );
  t.is(raced.filter(({ status }) => status === 200).length, 1, 'of three at the same time one counts');

  const byRecovery = await other.browser.submit(other.page, { code: recovery!.toUpperCase().replaceAll('-', ' ') });
  t.is(byRecovery.url.pathname, '/accounts/');
  const again = await signIn(person);
  t.is((await again.browser.submit(again.page, { code: recovery! })).status, 422);
  const told = await q.knex('outbox').where({ user_id: person.id, kind: 'account_changed' }).pluck('facts');
  t.deepEqual(
    told.map(({ what }) => what),
    ['recovery code'],
  );
});

test('giving the password again buys no more tries at the second factor', async (t) => {
  const { person, groupId } = await member('guessed');
  await requireOf(groupId, 'required');
  const first = await signIn(person);
  const secret = page(first.page.html, /id="totp-secret">([A-Z2-7]+)</);
  await first.browser.submit(first.page, { code: codeOf(secret) });
  let { browser, page: form } = await signIn(person);
  const statuses: number[] = [];
  for (let tries = 0; tries < 11; tries++) {
    if (tries === 5) ({ browser, page: form } = await signIn(person));
    statuses.push((await browser.submit(form, { code: String(100_000 + tries) })).status);
  }
  t.deepEqual(statuses, [...Array(10).fill(422), 429]);
});

test('with a second factor, or one that is required, a password alone gets no token and opens no request', async (t) => {
  const { person, groupId } = await member('scripted');
  t.is((await q.json('/api/user/me/', { as: person })).status, 200);
  await requireOf(groupId, 'required');
  await t.notThrowsAsync(async () => {
    // The word reaches the process a moment after the policy is set.
    for (let tries = 0; (await q.fetch('/api/user/me/', { as: person })).status === 200; tries++) {
      if (tries > 100) throw new Error('still let in');
    }
  });
  const espo = { 'Espo-Authorization': Buffer.from('scripted:correct horse').toString('base64') };
  const answers = [
    await q.json('/api/user/me/', { as: person }),
    await q.json('/api/user/token/?name=script', { as: person }),
    await q.json('/api/v1/App/user', { headers: espo }),
  ];
  for (const { status, body } of answers) {
    t.is(status, 403);
    t.regex(JSON.stringify(body), /second factor. Make an API token in the browser/);
  }
  t.is(await q.knex('api_tokens').where({ user_id: person.id }).first(), undefined);
  t.is((await q.json('/api/user/me/', { as: { ...person, password: 'wrong' } })).status, 401);
});

test('«required for superusers» asks superusers only', async (t) => {
  const root = await q.person({ username: 'root', password: 'correct horse', superuser: true });
  const { person, groupId } = await member('ordinary');
  await q.knex('user_groups').insert({ user_id: root.id, group_id: groupId });
  await requireOf(groupId, 'superusers');
  t.is((await signIn(root)).page.url.pathname, '/accounts/login/set-up/');
  t.is((await signIn(person)).page.url.pathname, '/accounts/');
});
