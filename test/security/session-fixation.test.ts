import test from 'ava';
import { startSession } from '../../shared/identity/sessions.ts';
import { defaultClientId, Setting } from '../provider/setting.ts';

// The class: CVE-2024-7341, CVE-2026-119128. That signing in gives a new session is tested in
// test/sign-in/sign-in.test.ts; here the provider's cookies, and made-up ones.

const q = await Setting.open();
const ada = await q.person({ username: 'ada' });
test.after.always(() => q.close());

test('the provider’s session of before the sign-in is not the one of after it', async (t) => {
  const browser = q.browser();
  const page = await browser.open(q.authorization().address);
  const before = browser.cookie('qm_provider');
  await q.code(ada, {}, browser);
  t.truthy(browser.cookie('qm_provider'));
  t.not(browser.cookie('qm_provider'), before);
  t.is(page.url.pathname, '/accounts/login/');
});

test('an interaction that was begun in one browser can not be finished in another', async (t) => {
  const attacker = q.browser();
  const begun = await attacker.open(q.authorization().address);
  const interaction = new URL(begun.url).searchParams.get('next') ?? '';
  t.regex(interaction, /^\/o\/interaction\//);
  const victim = q.browser();
  await victim.signIn(await victim.open('/accounts/login/'), ada);
  const page = await victim.open(interaction);
  t.is(page.status, 400);
  t.notRegex(page.html, /name="decision"/);
});

for (const [question, path, answer] of [
  ['whether a device is let in', '/o/device/', { decision: 'allow' }],
  ['whether to sign out', '/o/logout/confirm', { logout: 'yes' }],
] as const) {
  test(`a neighbour who plants a session of the provider can't answer for its person ${question}`, async (t) => {
    const person = await q.person({ username: `asked ${question}` });
    const [mallory, victim] = [q.browser(), q.browser()];
    await mallory.signIn(await mallory.open('/accounts/login/'), await q.person({ username: `mallory ${question}` }));
    await victim.signIn(await victim.open('/accounts/login/'), person);
    const asked = await mallory.open(path.replace('confirm', ''));
    const secret = /name="(?:csrf|xsrf)" value="([0-9a-f]+)"/.exec(asked.html)?.[1] ?? '';
    t.truthy(secret);
    const device = await q.form<{ device_code: string; user_code: string }>('/device-authorization/', {
      client_id: defaultClientId,
      scope: 'g:read',
    });
    const planted = ['qm_provider', 'qm_provider.sig'].map((name) => `${name}=${mallory.cookie(name)}`);
    const send = (from: Record<string, string>) =>
      fetch(`${q.url}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          ...from,
          accept: 'text/html',
          cookie: [`qm_session=${victim.cookie('qm_session')}`, ...planted].join('; '),
        },
        body: new URLSearchParams({ csrf: secret, xsrf: secret, user_code: device.user_code, ...answer }),
      });
    const places: Record<string, string>[] = [
      { origin: 'https://neighbour.example', 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      {},
    ];
    for (const from of places) {
      t.is((await send(from)).status, 403, JSON.stringify(from));
    }
    t.is((await victim.open('/accounts/')).url.pathname, '/accounts/');
  });
}

test('cookies that we did not give are worth nothing, signed or not', async (t) => {
  const real = await startSession(q.knex, { userId: ada.id, idleHours: 1, address: null, userAgent: null });
  const changed = `${real.slice(0, -1)}${real.endsWith('A') ? 'B' : 'A'}`;
  const [row] = await q.knex('sessions').where({ user_id: ada.id }).select('id_hash');
  for (const value of [
    changed,
    real.toLowerCase(),
    `${real} `,
    '',
    '0',
    row.id_hash.toString('base64url'),
    row.id_hash.toString('hex'),
    'x'.repeat(5000),
  ]) {
    const answer = await fetch(`${q.url}/accounts/`, {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: `qm_session=${encodeURIComponent(value)}` },
    });
    t.is(answer.status, 303, value.slice(0, 60));
  }
  const forged = await fetch(q.authorization({ prompt: 'none' }).address, {
    redirect: 'manual',
    headers: { cookie: `qm_provider=${'x'.repeat(43)}; qm_provider.sig=${'y'.repeat(27)}` },
  });
  t.is(URL.parse(forged.headers.get('location') ?? '')?.searchParams.get('error'), 'login_required');
});

test('session cookies are kept from scripts and sent by no other site’s forms', async (t) => {
  const page = await fetch(q.authorization().address, { redirect: 'manual' });
  const cookies = page.headers.getSetCookie().filter((line) => /^qm_/.test(line) && !/=;/.test(line));
  t.true(cookies.length > 0);
  for (const line of cookies) {
    t.regex(line, /; *httponly/i, line);
    t.regex(line, /; *samesite=(lax|strict)/i, line);
  }
});

test('on https every cookie is secure', async (t) => {
  const https = await Setting.open({ publicUrl: 'https://qm.example' });
  try {
    for (const path of [
      '/accounts/login/',
      new URL(q.authorization().address).pathname + new URL(q.authorization().address).search,
    ]) {
      const page = await fetch(https.url + path, { redirect: 'manual', headers: { accept: 'text/html' } });
      const cookies = page.headers.getSetCookie();
      t.true(cookies.length > 0, path);
      for (const line of cookies) t.regex(line, /; *secure/i, line);
    }
  } finally {
    await https.close();
  }
});
