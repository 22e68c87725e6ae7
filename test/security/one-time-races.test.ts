import test from 'ava';
import { Setting } from '../provider/setting.ts';

// The class: CVE-2026-1035, GHSA-7h8m-vrxx-vr4m. Codes and refresh tokens are raced in test/provider, passwords in
// test/sign-in/limits.test.ts; here across two processes' worth of connections, and what else can be used once.

const q = await Setting.open();
const ada = await q.person({ username: 'ada' });
test.after.always(() => q.close());

test('of twelve refreshes at once one succeeds, again and again', async (t) => {
  let { refresh_token: token } = await q.tokens(ada, { scope: 'openid g:read offline_access' });
  for (let round = 0; round < 4; round++) {
    const answers = await Promise.all(Array.from({ length: 12 }, () => q.refresh(token)));
    const won = answers.filter(({ status }) => status === 200);
    t.is(won.length, 1);
    token = won[0]?.refresh_token ?? '';
  }
});

test('a device is let in once, however often it asks at the moment of the consent', async (t) => {
  const clientId = 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6';
  const device = await q.application({
    client_type: 'public',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    redirect_uris: [],
  });
  t.not(device.clientId, clientId);
  const begun = await q.form<{ device_code: string; user_code: string }>('/device-authorization/', {
    client_id: device.clientId,
    scope: 'g:read',
  });
  const browser = q.browser();
  let page = await browser.signIn(await browser.open('/accounts/login/?next=/o/device/'), ada);
  page = await browser.submit(page, { user_code: begun.user_code });
  page = await browser.submit(page, { decision: 'allow' });
  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      q.form('/token/', {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: begun.device_code,
        client_id: device.clientId,
      }),
    ),
  );
  t.is(answers.filter(({ status }) => status === 200).length, 1, JSON.stringify(answers.map(({ error }) => error)));
});

test('a consent form that is sent eight times at once ends at the application, and never at an error of ours', async (t) => {
  const browser = q.browser();
  const consent = await browser.signIn(await browser.open(q.authorization().address), ada);
  const landed = await Promise.all(Array.from({ length: 8 }, () => browser.submit(consent, { decision: 'allow' })));
  t.true(landed.some(({ url }) => url.searchParams.has('code')));
  t.true(
    landed.every(({ status }) => status < 500),
    landed.map(({ status }) => status).join(' '),
  );
  const codes = landed.flatMap(({ url }) => url.searchParams.get('code') ?? []);
  t.is(new Set(codes).size, codes.length, 'no code is told twice');
});
