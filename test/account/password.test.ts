import test from 'ava';
import { makeApiToken } from '../../shared/identity/api-tokens.ts';
import { sha256 } from '../../shared/identity/secrets.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

async function signedIn(username: string, password = 'correct horse') {
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/'), { username, password });
  return browser;
}

const password = '/accounts/password/';

test('a new password ends other sessions and connections, keeps this browser and API tokens, and is what counts from then on', async (t) => {
  const person = await q.person({ username: 'changer', password: 'correct horse' });
  const browser = await signedIn('changer');
  const elsewhere = await signedIn('changer');
  const [before, other] = [browser.cookie('qm_session')!, elsewhere.cookie('qm_session')!];
  const { clear } = await makeApiToken(q.knex, {
    userId: person.id,
    name: 'script',
    spelling: 'qore',
    scopes: null,
    expiresAt: null,
  });
  await q.knex('oidc_artifacts').insert({
    kind: 'Grant',
    id_hash: sha256('grant of changer'),
    payload: '{}',
    grant_id: 'grant-of-changer',
    account_id: String(person.id),
    client_id: 'x',
    expires_at: q.knex.raw(`now() + interval '1 day'`),
  });

  const after = await browser.submit(await browser.open(password), {
    current: 'correct horse',
    chosen: 'battery staple',
    again: 'battery staple',
  });
  t.is(after.url.pathname, '/accounts/');
  t.regex(after.html, /Your password is changed\./);
  t.not(browser.cookie('qm_session'), before, 'this browser has another session id');
  for (const ended of [before, other]) {
    t.is(
      await q
        .knex('sessions')
        .where({ id_hash: sha256(ended) })
        .first(),
      undefined,
    );
  }
  t.is((await elsewhere.open('/accounts/')).url.pathname, '/accounts/login/');
  t.is(
    await q
      .knex('oidc_artifacts')
      .where({ account_id: String(person.id) })
      .first(),
    undefined,
  );
  t.is((await q.fetch('/api/user/me/', { as: clear })).status, 200);

  const fresh = new FormBrowser(q.url);
  const refused = await fresh.signIn(await fresh.open('/accounts/login/'), {
    username: 'changer',
    password: 'correct horse',
  });
  t.is(refused.status, 422);
  const entered = await fresh.signIn(refused, { username: 'changer', password: 'battery staple' });
  t.is(entered.url.pathname, '/accounts/');
  const rows = await q.knex('audit_entries').where({ actor_id: person.id, action: 'change_password' });
  t.is(rows.length, 1);
  t.notRegex(JSON.stringify(rows), /battery|correct|argon2/);
});

test('whoever does not know the old password changes nothing, and gets as few tries as at the sign-in page', async (t) => {
  const person = await q.person({ username: 'guessed', password: 'correct horse' });
  const browser = await signedIn('guessed');
  const page = await browser.open(password);
  const wish = { current: 'wrong', chosen: 'battery staple', again: 'battery staple' };
  const first = await browser.submit(page, wish);
  t.is(first.status, 422);
  t.regex(first.html, /id="current-error">This is not your current password\./);
  const rest = await Promise.all(Array.from({ length: 15 }, () => browser.submit(page, wish)));
  t.is(rest.filter(({ status }) => status === 422).length, 9);
  t.is(rest.filter(({ status }) => status === 429).length, 6);
  t.is((await browser.submit(page, { ...wish, current: 'correct horse' })).status, 429);
  const row = await q.knex('users').where({ id: person.id }).first();
  t.is(row.password_changed_at, null);
});

test('what is wrong with a new password stands beside its field', async (t) => {
  await q.person({ username: 'chooser', password: 'correct horse' });
  const browser = await signedIn('chooser');
  const page = await browser.open(password);
  const refusalOf = async (wish: Record<string, string>) => {
    const { status, html } = await browser.submit(page, { current: 'correct horse', ...wish });
    t.is(status, 422);
    t.notRegex(html, /value="(correct horse|short|password)/);
    return /class="error" id="(\w+-error)">([^<]*)/.exec(html)?.slice(1);
  };
  t.deepEqual(await refusalOf({ chosen: 'short', again: 'short' }), [
    'chosen-error',
    'Use at least 8 characters. A short sentence works well.',
  ]);
  t.is((await refusalOf({ chosen: 'x1'.repeat(129), again: 'x1'.repeat(129) }))![1], 'Use at most 256 characters.');
  t.is((await refusalOf({ chosen: 'password123', again: 'password123' }))![0], 'chosen-error');
  t.is((await refusalOf({ chosen: 'battery staple', again: 'battery stable' }))![0], 'again-error');
  t.is((await refusalOf({ chosen: 'correct horse', again: 'correct horse' }))![0], 'chosen-error');
  t.is((await refusalOf({ current: '', chosen: 'battery staple', again: 'battery staple' }))![0], 'current-error');
});

test('of two changes at once one counts', async (t) => {
  await q.person({ username: 'twice', password: 'correct horse' });
  const browsers = await Promise.all([signedIn('twice'), signedIn('twice')]);
  const answers = await Promise.all(
    browsers.map(async (browser, i) => {
      const chosen = `battery staple ${i}`;
      const { status, headers } = await q.fetch(password, {
        method: 'POST',
        headers: { origin: q.url, cookie: `qm_session=${browser.cookie('qm_session')}` },
        body: new URLSearchParams({
          csrf: /name="csrf" value="([^"]+)"/.exec((await browser.open(password)).html)![1]!,
          current: 'correct horse',
          chosen,
          again: chosen,
        }),
      });
      return status === 303 && headers.get('location') === '/accounts/?done=password' ? 'changed' : 'refused';
    }),
  );
  t.deepEqual(answers.sort(), ['changed', 'refused']);
});
