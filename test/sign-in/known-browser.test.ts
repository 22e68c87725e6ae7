import test from 'ava';
import { countTry, signInLimits } from '../../shared/identity/sign-in-limits.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';
import type { TestPerson } from '../harness/people.ts';

// Whoever guesses at somebody's password locks out themself and other strangers, not the person.

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

const password = 'correct horse';
const person = (username: string) => q.person({ username, password });

/** Cookies by hand, so that a test can take one browser's to another. */
async function signIn(username: string, tried: string, known?: string): Promise<{ status: number; known: string }> {
  const browser = new FormBrowser(q.url);
  const page = await browser.open('/accounts/login/');
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
  const answer = await fetch(`${q.url}/accounts/login/`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ csrf, username, password: tried }),
    headers: {
      origin: q.url,
      cookie: `${browser.cookiesFor('/accounts/login/')}${known === undefined ? '' : `; qm_known=${known}`}`,
    },
  });
  const set = answer.headers.getSetCookie().find((line) => line.startsWith('qm_known='));
  if (set)
    for (const flag of [/httponly/i, /path=\/accounts\//i, /samesite=lax/i]) if (!flag.test(set)) throw new Error(set);
  return { status: answer.status, known: /^qm_known=([^;]*)/.exec(set ?? '')?.[1] ?? '' };
}

/** As many tries as it takes, from browsers that nobody knows. */
async function guessAt({ id }: TestPerson): Promise<void> {
  const { pool } = q.services;
  for (let i = 0; i < signInLimits.account; i++) await countTry(pool, { account: id, address: null });
}

test('strangers who guess at a password lock out strangers, and never the browser in which its person signed in before', async (t) => {
  const ada = await person('ada');
  const own = await signIn('ada', password);
  t.is(own.status, 303);
  t.is((await signIn('ada', 'wrong')).known, '', 'only who signs in is remembered');
  await guessAt(ada);
  t.is((await signIn('ada', password)).status, 429);
  const again = await signIn('ada', password, own.known);
  t.is(again.status, 303);
  t.is((await signIn('ada', password)).status, 429, 'which gives strangers no new tries');

  for (let i = 0; i < signInLimits.account; i++) t.is((await signIn('ada', `typo ${i}`, again.known)).status, 422);
  t.is((await signIn('ada', password, again.known)).status, 429, 'its own tries are as few');
});

test('what a browser is known by is for its account, and nobody makes it up', async (t) => {
  const [brita, mallory] = [await person('brita'), await person('mallory')];
  const { known } = await signIn('mallory', password);
  await guessAt(brita);
  const [, name = '', mac = ''] = known.split('.');
  const other = await signIn('brita', password);
  t.is(other.status, 429);
  for (const forged of [
    known,
    `${brita.id}.${name}.${mac}`,
    `${brita.id}.${name}.`,
    `${brita.id}..${mac}`,
    `${brita.id}`,
    `${mallory.id}.${name}.${mac}~${brita.id}.${name}.${mac}`,
    '~'.repeat(3000),
  ]) {
    t.is((await signIn('brita', password, forged)).status, 429, forged.slice(0, 100));
  }
});

test('several people of one browser are each known in it', async (t) => {
  const people = [await person('clara'), await person('dora')];
  const { known } = await signIn('dora', password, (await signIn('clara', password)).known);
  for (const each of people) {
    await guessAt(each);
    t.is((await signIn(each.username, password, known)).status, 303);
  }
});

test('a new password ends what other browsers are known by; the one in which it was chosen stays known', async (t) => {
  const emma = await person('emma');
  const { known: elsewhere } = await signIn('emma', password);
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/'), emma);
  const chosen = 'a much newer secret of mine';
  const page = await browser.open('/accounts/password/');
  t.is((await browser.submit(page, { current: password, chosen, again: chosen })).url.pathname, '/accounts/');
  await guessAt(emma);
  t.is((await signIn('emma', chosen, elsewhere)).status, 429);
  t.is((await signIn('emma', chosen, browser.cookie('qm_known'))).status, 303);
});

test('strangers do not keep somebody who is signed in from proving again who they are, or from changing the password', async (t) => {
  const frida = await person('frida');
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/'), frida);
  await guessAt(frida);
  const confirm = await browser.open('/accounts/confirm/?next=/accounts/tokens/');
  t.is((await browser.submit(confirm, { password })).url.pathname, '/accounts/tokens/');
  const chosen = 'a much newer secret of mine';
  const page = await browser.open('/accounts/password/');
  t.is((await browser.submit(page, { current: password, chosen, again: chosen })).url.pathname, '/accounts/');
});
