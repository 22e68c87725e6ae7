import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { accountLetters } from '../../idp/mail/letters.ts';
import { loadPerson } from '../../shared/access/load-person.ts';
import { anonymous } from '../../shared/access/principal.ts';
import { invite } from '../../shared/identity/invitation.ts';
import { openCarrier } from '../../shared/mail/carrier.ts';
import { deliver } from '../../shared/mail/delivery.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

/** Sends what waits. @returns the texts of the letters to an address */
async function lettersTo(address: string): Promise<string[]> {
  const carrier = openCarrier(q.services.config);
  await deliver(q.services, carrier, accountLetters);
  carrier.close();
  const outbox = join(q.dataDir, 'outbox');
  const files = (await readdir(outbox)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(outbox, file), 'utf8')));
  // Long lines are folded on their way (RFC 2045 §6.7).
  return texts
    .map((text) => text.replaceAll('=\n', '').replaceAll('=3D', '='))
    .filter((text) => text.includes(`To: ${address}`));
}

const linkIn = (letter: string) => /https?:\/\/\S+link=\S+/.exec(letter)?.[0] ?? '';

async function known(username: string) {
  const email = `${username}@lab.example`;
  const person = await q.person({ username, password: 'correct horse', email });
  await q.knex('users').where({ id: person.id }).update({ email_verified_at: new Date() });
  return { person, email };
}

async function ask(email: string) {
  const browser = new FormBrowser(q.url);
  return browser.submit(await browser.open('/accounts/reset/'), { email });
}

const choice = { chosen: 'battery staple', again: 'battery staple' };

test.serial('a forgotten password is replaced by a link that works once, and signs nobody in', async (t) => {
  const { person, email } = await known('forgetful');
  const before = new FormBrowser(q.url);
  await before.signIn(await before.open('/accounts/login/'), person);
  await ask(email.toUpperCase());
  const [letter = ''] = await lettersTo(email);
  const link = linkIn(letter);
  t.true(link.startsWith(`${q.url}/accounts/reset/new/?link=`));
  const rows = await q.knex('outbox').where({ user_id: person.id });
  t.false(JSON.stringify([rows, await q.knex('mail_links')]).includes(new URL(link).searchParams.get('link')!));

  const browsers = [new FormBrowser(q.url), new FormBrowser(q.url)];
  const forms = await Promise.all(browsers.map((browser) => browser.open(link)));
  const weak = await browsers[0]!.submit(forms[0]!, { chosen: 'forgetful1', again: 'forgetful1' });
  t.is(weak.status, 422);
  t.regex(weak.html, /<meter id="strength"[^>]*value="[01]"/);
  const answers = await Promise.all(browsers.map((browser, i) => browser.submit(forms[i]!, choice)));
  t.deepEqual(answers.map(({ status }) => status).sort(), [200, 410]);
  const done = answers.find(({ status }) => status === 200)!;
  t.is(done.url.pathname, '/accounts/login/');
  t.regex(done.html, /Your password is set/);
  t.is((await before.open('/accounts/')).url.pathname, '/accounts/login/', 'who was signed in no longer is');
  const dead = await new FormBrowser(q.url).open(link);
  t.is(dead.status, 410);
  t.regex(dead.html, /href="\/accounts\/reset\/"/, 'and leads to where one gets another');

  const after = new FormBrowser(q.url);
  const entered = await after.signIn(await after.open('/accounts/login/'), { ...person, password: 'battery staple' });
  t.is(entered.url.pathname, '/accounts/');
  t.true((await lettersTo(email)).some((text) => text.includes('Your password was changed.')));
});

test.serial(
  'an unknown address, one that was not confirmed, and one that was just written to are answered alike',
  async (t) => {
    const { email } = await known('impatient');
    await q.person({ username: 'unconfirmed', password: 'correct horse', email: 'unconfirmed@lab.example' });
    const plain = (html: string) => html.replaceAll(/[\w.]+@lab\.example/g, '');
    const first = await ask(email);
    t.is((await lettersTo(email)).length, 1);
    for (const address of [email, 'unconfirmed@lab.example', 'nobody@lab.example']) {
      const answer = await ask(address);
      t.is(answer.status, 200);
      t.is(plain(answer.html), plain(first.html));
    }
    t.is((await lettersTo(email)).length, 1);
    t.deepEqual(await lettersTo('unconfirmed@lab.example'), []);
  },
);

test.serial(
  'a link is for its own account, purpose and half hour, and the second factor is asked for after it',
  async (t) => {
    const { person, email } = await known('guarded');
    await ask(email);
    const link = new URL(linkIn((await lettersTo(email))[0]!));
    const opened = async (address: string) => (await new FormBrowser(q.url).open(address)).status;
    t.is(await opened(`/accounts/invitation/${link.search}`), 410);
    t.is(await opened(link.href.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))), 410);
    await q.knex('users').where({ id: person.id }).update({ email: 'other@lab.example' });
    t.is(await opened(link.href), 410, 'the address is no longer theirs');
    await q.knex('users').where({ id: person.id }).update({ email });
    await q.knex.raw(`UPDATE mail_links SET expires_at = expires_at - interval '31 minutes' WHERE user_id = ?`, [
      person.id,
    ]);
    t.is(await opened(link.href), 410);
    await q.knex.raw(`UPDATE mail_links SET expires_at = expires_at + interval '31 minutes' WHERE user_id = ?`, [
      person.id,
    ]);

    const passkey = { user_id: person.id, name: 'key', credential_id: 'x', public_key: Buffer.of(1), counter: 0 };
    await q.knex('passkeys').insert({ ...passkey, transports: [], synced: true });
    const browser = new FormBrowser(q.url);
    await browser.submit(await browser.open(link.href), choice);
    const entered = await browser.signIn(await browser.open('/accounts/login/'), {
      ...person,
      password: 'battery staple',
    });
    t.is(entered.url.pathname, '/accounts/login/second-factor/');
  },
);

test.serial('who is invited chooses a password, and has shown whose address it is', async (t) => {
  const root = await q.person({ username: 'root', superuser: true });
  const guest = await q.person({ username: 'guest', email: 'guest@lab.example' });
  const person = await loadPerson(q.knex, { id: root.id });
  const principal = { ...anonymous(), person, proof: 'session' } as const;
  t.is(await q.knex.transaction((trx) => invite(trx, principal, guest.id)), null);
  await t.throwsAsync(q.knex.transaction((trx) => invite(trx, anonymous(), guest.id)));
  const browser = new FormBrowser(q.url);
  const form = await browser.open(linkIn((await lettersTo('guest@lab.example'))[0]!));
  t.regex(form.html, /Your username is <strong>guest</);
  const entered = await browser.signIn(await browser.submit(form, choice), { ...guest, password: 'battery staple' });
  t.is(entered.url.pathname, '/accounts/');
  const row = await q.knex('users').where({ id: guest.id }).first();
  t.true(row.email_verified_at instanceof Date);
  await q.knex('users').where({ id: guest.id }).update({ email: 'elsewhere@lab.example' });
  t.is((await q.knex('users').where({ id: guest.id }).first()).email_verified_at, null);
});

test.serial('somebody who signs in where they never did before is told by mail', async (t) => {
  const { person, email } = await known('traveller');
  const enter = async (agent: string) => {
    const page = await q.fetch('/accounts/login/');
    const cookie = page.headers.getSetCookie().join(';').split(';')[0]!;
    const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())![1]!;
    const body = new URLSearchParams({ csrf, username: person.username, password: person.password });
    const headers = { origin: q.url, cookie, 'user-agent': agent };
    t.is((await q.fetch('/accounts/login/', { method: 'POST', body, headers })).status, 303);
  };
  const firefox = (version: number) =>
    `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`;
  await enter(firefox(140));
  await enter(firefox(141));
  t.deepEqual(await lettersTo(email), []);
  await enter(
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  );
  const [letter = '', ...more] = await lettersTo(email);
  t.regex(letter, /Safari on macOS\n127\.0\.0\.1/);
  t.deepEqual(more, []);
});
