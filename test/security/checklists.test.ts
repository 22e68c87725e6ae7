import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { dictionary } from '@zxcvbn-ts/language-common';
import test from 'ava';
import { problemWithPassword } from '../../shared/identity/password-rules.ts';
import { hashPassword, verifyPassword } from '../../shared/identity/passwords.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';
import { loopback, Setting } from '../provider/setting.ts';

// What the checklists of RFC 9700 and OWASP ASVS ask for and no other file shows. Which test shows which of their lines
// is in register.ts.

let provider: Setting;
let q: Running;
test.before(async () => {
  [provider, q] = await Promise.all([Setting.open(), start()]);
});
test.after.always(() => Promise.all([provider?.close(), q?.close()]));

const password = 'correct horse';

async function signedIn(username: string) {
  const person = await q.person({ username, password, superuser: username === 'root' });
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/'), person);
  return { person, browser };
}

/** Runs something that fetches. @returns the statuses that all answers had meanwhile */
async function statusesDuring(work: () => Promise<unknown>): Promise<Set<number>> {
  const statuses = new Set<number>();
  const hear = (message: unknown) => {
    statuses.add((message as { response: { statusCode: number } }).response.statusCode);
  };
  subscribe('undici:request:headers', hear);
  await work().finally(() => unsubscribe('undici:request:headers', hear));
  return statuses;
}

test.serial('no redirect between the password and the application repeats the form that was posted', async (t) => {
  const ada = await provider.person({ username: 'ada' });
  const statuses = await statusesDuring(() => provider.code(ada));
  t.true(statuses.has(303));
  t.deepEqual(
    [...statuses].filter((status) => [301, 307, 308].includes(status)),
    [],
  );
});

test.serial('pages on the way to a code tell other sites nothing of their address', async (t) => {
  const browser = provider.browser();
  const asked = await browser.open(provider.authorization().address);
  t.regex(asked.headers.get('referrer-policy') ?? '', /^(same-origin|no-referrer)$/);
  const consent = await browser.signIn(asked, await provider.person({ username: 'brita' }));
  t.regex(consent.url.pathname, /^\/o\/interaction\//);
  t.regex(consent.headers.get('referrer-policy') ?? '', /^(same-origin|no-referrer)$/);
  t.notRegex(consent.html, /(src|href)="(https?:)?\/\//);
});

test.serial('no answer goes from window to window', async (t) => {
  const { address } = provider.authorization({ response_mode: 'web_message' });
  const answer = await fetch(address, { redirect: 'manual', headers: { accept: 'text/html' } });
  const sentTo = answer.headers.get('location') ?? '';
  t.true(answer.status === 400 || /[?&#]error=/.test(sentTo), `${answer.status} ${sentTo}`);
  t.notRegex(await answer.text(), /postMessage/);
  const discovery = await (await fetch(`${provider.url}/o/.well-known/openid-configuration`)).json();
  t.false((discovery as { response_modes_supported: string[] }).response_modes_supported.includes('web_message'));
});

test.serial('an access token in an address opens nothing', async (t) => {
  const ada = await q.person({ username: 'ada', rights: { host: ['view'] } });
  const token = await q.bearerFor(ada, ['g:read']);
  t.is((await q.fetch('/api/user/me/', { as: token })).status, 200);
  t.is((await q.fetch(`/api/user/me/?access_token=${token}`)).status, 401);
  t.true([400, 401].includes((await q.fetch(`/o/userinfo/?access_token=${token}`)).status));
});

test.serial('a code lives a minute at most', async (t) => {
  const person = await provider.person({ username: 'clara' });
  await provider.code(person);
  const lives = await provider
    .knex('oidc_artifacts')
    .where({ kind: 'AuthorizationCode', account_id: String(person.id) })
    .pluck('expires_at');
  t.is(lives.length, 1);
  t.true(lives[0].getTime() - Date.now() <= 60_000);
});

test.serial('a confidential application proves itself wherever it calls', async (t) => {
  const { clientId: client_id } = await provider.application();
  const asked = Object.fromEntries(new URL(provider.authorization().address).searchParams);
  const calls: Record<string, Record<string, string>> = {
    '/token/': { grant_type: 'refresh_token', refresh_token: 'x' },
    '/par/': asked,
    '/revoke_token/': { token: 'x' },
    '/introspect/': { token: 'x' },
  };
  for (const [path, fields] of Object.entries(calls)) {
    const { status, error } = await provider.form(path, { ...fields, client_id });
    t.deepEqual([status, error], [401, 'invalid_client'], path);
  }
});

test.serial('an application is given its id, and no person’s number is one', async (t) => {
  const root = await q.person({ username: 'chief', superuser: true });
  const wish = {
    name: 'Pretender',
    client_id: String(root.id),
    client_type: 'public',
    grant_types: ['authorization_code'],
    redirect_uris: [loopback],
    allowed_scopes: ['g:read'],
  };
  await q.fetch('/api/o/application/', { as: await q.tokenFor(root), json: wish });
  const ids: string[] = await q.knex('applications').pluck('client_id');
  t.deepEqual(
    ids.filter((id) => /^\d+$/.test(id)),
    [],
  );
});

test.serial('a password counts to the letter: no case is folded and no end cut off', async (t) => {
  const chosen = ` Correct Horse ${'staple '.repeat(20)}`;
  const stored = await hashPassword(chosen);
  t.true((await verifyPassword(stored, chosen)).ok);
  for (const other of [chosen.toLowerCase(), chosen.trim(), chosen.slice(0, 72), `${chosen}x`]) {
    t.false((await verifyPassword(stored, other)).ok, JSON.stringify(other));
  }
});

test.serial('the passwords that are used most are refused', async (t) => {
  const common = (dictionary['passwords-common'] as string[]).filter(({ length }) => length >= 8).slice(0, 3000);
  t.is(common.length, 3000);
  const sample = common.filter((_, i) => i % 10 === 0);
  const refusals = await Promise.all(
    sample.map((each) => problemWithPassword(each, { username: 'ada' }, q.services.config)),
  );
  t.deepEqual(
    sample.filter((_, i) => refusals[i] === null),
    [],
  );
});

test.serial('a password stays good however old it is', async (t) => {
  const person = await q.person({ username: 'loyal', password });
  await q
    .knex('users')
    .where({ id: person.id })
    .update({ password_changed_at: q.knex.raw(`now() - interval '10 years'`) });
  const browser = new FormBrowser(q.url);
  t.is((await browser.signIn(await browser.open('/accounts/login/'), person)).url.pathname, '/accounts/');
});

test.serial('fields for passwords hide them and let password managers fill them in', async (t) => {
  const { browser } = await signedIn('typist');
  const pages = [await new FormBrowser(q.url).open('/accounts/login/'), await browser.open('/accounts/password/')];
  const fields = pages.flatMap(({ html }) => [...html.matchAll(/<input\b[^>]*autocomplete="[a-z]+-password"[^>]*>/g)]);
  t.is(fields.length, 4);
  for (const [field] of fields) {
    t.regex(field, /type="password"/);
    t.notRegex(field, /onpaste|readonly|maxlength/);
  }
});

test.serial('who forgot a password is asked for an address, and for no secret about themselves', async (t) => {
  const { html } = await new FormBrowser(q.url).open('/accounts/reset/');
  const names = [...html.matchAll(/<(?:input|select|textarea)\b[^>]*\bname="([^"]+)"/g)].map(([, name]) => name);
  t.deepEqual(names.sort(), ['csrf', 'email']);
});

test.serial('every page about an account, and every page of administration, lets one sign out', async (t) => {
  const { browser } = await signedIn('root');
  for (const path of [
    '/accounts/',
    '/accounts/applications/',
    '/accounts/password/',
    '/accounts/security/',
    '/accounts/sessions/',
    '/accounts/tokens/',
    '/admin/people/',
    '/o/applications/',
  ]) {
    const { status, html } = await browser.open(path);
    t.is(status, 200, path);
    t.regex(html, /<form[^>]*action="\/accounts\/logout\/"/, path);
  }
});

test.serial(
  'the pages that ask one question, consent and a device’s code, let one sign out too, and that ends the session',
  async (t) => {
    const person = await provider.person({ username: 'dora' });
    const browser = provider.browser();
    const consent = await browser.signIn(await browser.open(provider.authorization().address), person);
    t.regex(consent.url.pathname, /^\/o\/interaction\//);
    const device = await browser.open('/o/device/');
    for (const { url, html } of [consent, device]) {
      const [form = ''] = /<form[^>]*action="\/accounts\/logout\/"[\s\S]*?<\/form>/.exec(html) ?? [];
      t.regex(form, /Signed in as <strong>dora<\/strong>/, url.pathname);
    }
    const html = device.html.replace(/<form class="form"[\s\S]*?<\/form>/, '').replace('focus-person', 'the-form');
    const out = await browser.submit({ ...device, html });
    t.is(out.url.pathname, '/accounts/login/');
    t.is((await browser.open('/o/device/')).url.pathname, '/accounts/login/');
  },
);

test.serial('consent says who asks, for what, where the answer goes and for how long', async (t) => {
  const person = await provider.person({ username: 'emil' });
  const redirect_uri = 'https://planner.example/cb';
  const consentFor = async (wishes: Record<string, unknown>) => {
    const { clientId: client_id } = await provider.application({ redirect_uris: [redirect_uri], ...wishes });
    const { address } = provider.authorization({ client_id, redirect_uri, scope: 'openid r:view:host' });
    const browser = provider.browser();
    return (await browser.signIn(await browser.open(address), person)).html;
  };
  const lasting = await consentFor({ name: 'Rack planner', refresh_token_days: 7 });
  for (const says of [
    /Let Rack planner act as you\?/,
    /View hosts, their hardware/,
    /You go back to <strong>planner\.example</,
    /until you take it back, or the application has not come for 7 days; 21 days at most/,
  ]) {
    t.regex(lasting, says);
  }
  t.regex(await consentFor({ grant_types: ['authorization_code'] }), /This lasts one hour\./);
  t.regex(
    await consentFor({ grant_types: ['authorization_code'], access_token_seconds: 300 }),
    /This lasts 5 minutes\./,
  );
});

test.serial(
  'ten minutes after the sign-in, nobody touches factors or the mail address without a new proof',
  async (t) => {
    const { person, browser } = await signedIn('left alone');
    await q
      .knex('sessions')
      .where({ user_id: person.id })
      .update({ auth_time: q.knex.raw(`now() - interval '11 minutes'`) });
    for (const path of [
      'security/app/',
      'security/passkey/',
      'security/password/remove/',
      'security/recovery-codes/',
      'address/',
    ]) {
      t.is((await browser.open(`/accounts/${path}`)).url.pathname, '/accounts/confirm/', path);
    }
  },
);

test.serial('deleting somebody ends their sessions', async (t) => {
  const { person, browser } = await signedIn('leaver');
  t.is((await browser.open('/accounts/')).status, 200);
  const root = await q.tokenFor(await q.person({ username: 'remover', superuser: true }));
  t.is((await q.fetch(`/api/user/${person.id}/`, { as: root, method: 'DELETE' })).status, 204);
  t.is((await browser.open('/accounts/')).url.pathname, '/accounts/login/');
  t.deepEqual(await q.knex('sessions').where({ user_id: person.id }), []);
});
