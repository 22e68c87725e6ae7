import test from 'ava';
import { linkAddress } from '../../shared/identity/mail-links.ts';
import { send } from '../hardening/wire-request.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';

// The class: CVE-2026-18963, GHSA-2wmj-46rj-qm2w, CVE-2026-15611. What each link is for, and that it counts once, is in
// test/sign-in/reset.test.ts; here are the ways in which somebody else's letter was turned to one's own use.

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

async function known(username: string, email: string, confirmed: boolean) {
  const person = await q.person({ username, password: 'correct horse', email });
  if (confirmed) await q.knex('users').where({ id: person.id }).update({ email_verified_at: new Date() });
  return person;
}

const lettersTo = (userId: number) => q.knex('outbox').where({ user_id: userId, kind: 'password_reset' });

test('whoever asks for a link has no say in where it leads', async (t) => {
  const victim = await known('victim', 'victim@lab.example', true);
  const page = await send(q.url, { method: 'GET', path: '/accounts/reset/', headers: {}, body: null });
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const answer = await send(q.url, {
    method: 'POST',
    path: '/accounts/reset/?next=https://evil.example/',
    headers: {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
      origin: q.url,
      cookie: String(page.headers['set-cookie']).split(';')[0] ?? '',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ csrf, email: 'victim@lab.example' }).toString(),
  });
  t.is(answer.status, 200);
  const [letter, ...more] = await lettersTo(victim.id);
  t.deepEqual(more, []);
  t.notRegex(JSON.stringify([letter, answer.text]), /evil\.example/);
  t.true(linkAddress(q.services.config, 'reset', letter.facts.link).startsWith(`${q.url}/accounts/reset/new/?link=`));
});

test('an address that was never confirmed opens neither its own account nor that of whom it belongs to', async (t) => {
  const owner = await known('owner', 'shared@lab.example', true);
  const pretender = await known('pretender', 'SHARED@lab.example', false);
  const browser = new FormBrowser(q.url);
  const page = await browser.open('/accounts/reset/');
  t.is((await browser.submit(page, { email: 'Shared@lab.example' })).status, 200);
  t.is((await lettersTo(owner.id)).length, 1);
  t.is((await lettersTo(pretender.id)).length, 0);
});

test('a link with another person’s number, or a signature of another link, opens nothing', async (t) => {
  const [one, two] = await Promise.all(['one', 'two'].map((name) => known(name, `${name}@lab.example`, true)));
  const browser = new FormBrowser(q.url);
  for (const name of ['one', 'two']) {
    await browser.submit(await browser.open('/accounts/reset/'), { email: `${name}@lab.example` });
  }
  const [mine, theirs] = await Promise.all(
    [one, two].map(async (person) => {
      const [letter] = await lettersTo(person?.id ?? 0);
      return linkAddress(q.services.config, 'reset', letter.facts.link);
    }),
  );
  const mixed = `${mine?.split('.').slice(0, -1).join('.')}.${theirs?.split('.').at(-1)}`;
  t.is((await browser.open(mixed)).status, 410);
  t.is((await browser.open(mine ?? '')).status, 200);
});
