import test from 'ava';
import { defaultClientId, Setting } from './setting.ts';

const q = await Setting.open();
test.after.always(() => q.close());

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

interface Device {
  readonly status: number;
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly expires_in: number;
  readonly error?: string;
}

const start = (scope = 'openid g:read') =>
  q.form<Device>('/device-authorization/', { client_id: defaultClientId, scope });
const poll = ({ device_code }: Device, client_id = defaultClientId) =>
  q.form('/token/', { grant_type: deviceGrant, device_code, client_id });

test('a device shows a code, its owner types it in and allows it, and the device gets tokens once', async (t) => {
  const ada = await q.person({ username: 'ada' });
  const device = await start('openid g:read r:add:host');
  t.is(device.status, 200);
  t.regex(device.user_code, /^[B-Z]{4}-[B-Z]{4}$/);
  t.is(device.verification_uri, `${q.url}/o/device/`);
  t.is((await poll(device)).error, 'authorization_pending');

  const browser = q.browser();
  const typing = await browser.signIn(await browser.open(device.verification_uri), ada);
  t.is(typing.url.pathname, '/o/device/');
  const confirming = await browser.submit(typing, { user_code: device.user_code.toLowerCase() });
  t.true(confirming.html.includes(device.user_code));
  t.true(confirming.html.includes('Scripts and tools on your own computer'));
  t.true(confirming.html.includes('Your roles do not let you add hosts'));
  t.is((await poll(device)).error, 'authorization_pending', 'typing the code in is not enough');
  const done = await browser.submit(confirming, { decision: 'allow' });
  t.is(done.status, 200);
  t.true(done.html.includes('Device connected'));

  const answers = await Promise.all([poll(device), poll(device), poll(device)]);
  t.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400]);
  const answer = answers.find(({ status }) => status === 200)!;
  t.deepEqual(answer.scope.split(' ').sort(), ['g:read', 'openid', 'r:add:host']);
  t.is((await q.refresh(answer.refresh_token)).status, 200);
  t.is((await poll(device)).error, 'invalid_grant');
});

test('the address with the code in it leads to the question, not past it', async (t) => {
  const bob = await q.person({ username: 'bob' });
  const device = await start();
  const browser = q.browser();
  const sending = await browser.signIn(await browser.open(device.verification_uri_complete), bob);
  const confirming = await browser.submit(sending);
  t.true(confirming.html.includes(device.user_code));
  t.true(confirming.html.includes('name="decision"'));
  t.is((await poll(device)).error, 'authorization_pending');
});

test('a device that is denied is told so', async (t) => {
  const carol = await q.person({ username: 'carol' });
  const device = await start();
  const browser = q.browser();
  const typing = await browser.signIn(await browser.open(device.verification_uri), carol);
  const confirming = await browser.submit(typing, { user_code: device.user_code });
  const done = await browser.submit(confirming, { decision: 'deny' });
  t.true(done.html.includes('Device denied'));
  t.is((await poll(device)).error, 'access_denied');
});

test.serial('codes that are wrong, spoilt or used say what to do', async (t) => {
  const dan = await q.person({ username: 'dan' });
  const browser = q.browser();
  const device = await start();
  let page = await browser.signIn(await browser.open(device.verification_uri), dan);
  page = await browser.submit(page, { user_code: 'BBBB-BBBB' });
  t.true(page.html.includes('There is no such code'));
  page = await browser.submit(page, { user_code: '' });
  t.true(page.html.includes('Type the code that the device shows'));
  await q
    .knex('oidc_artifacts')
    .where({ kind: 'DeviceCode' })
    .whereRaw('user_code IS NOT NULL AND consumed_at IS NULL')
    .whereRaw(`payload #>> '{accountId}' IS NULL AND payload #>> '{error}' IS NULL`)
    .update({ payload: q.knex.raw(`jsonb_set(payload, '{exp}', '1')`) });
  page = await browser.submit(page, { user_code: device.user_code });
  t.true(page.html.includes('expired'));
  t.is((await poll(device)).error, 'expired_token');
});

test('a device code is for the application that asked', async (t) => {
  const device = await start();
  const other = await q.application({ client_type: 'public', grant_types: [deviceGrant] });
  t.is((await poll(device, other.clientId)).error, 'invalid_grant');
  const not = await q.application({ client_type: 'public' });
  t.is((await q.form<Device>('/device-authorization/', { client_id: not.clientId })).error, 'invalid_request');
});

test('neither code is stored in the clear', async (t) => {
  const device = await start();
  const { rows } = await q.knex.raw('SELECT a::text FROM oidc_artifacts a');
  const stored = rows.map(({ a }: { a: string }) => a).join('\n');
  t.false(stored.includes(device.device_code));
  t.false(stored.includes(device.user_code.replace('-', '')));
});

test('nobody types codes in without signing in', async (t) => {
  const { url } = await q.browser().open(`${q.url}/o/device/`);
  t.is(url.pathname, '/accounts/login/');
  const posted = await fetch(`${q.url}/o/device/`, {
    method: 'POST',
    body: new URLSearchParams({ user_code: 'BBBB-BBBB' }),
    redirect: 'manual',
  });
  t.true(posted.headers.get('location')!.startsWith('/accounts/login/'));
});

test('nobody guesses the codes of devices: ten wrong ones, however they are sent, and a right one in between clears nothing', async (t) => {
  const eve = await q.person({ username: 'eve' });
  const browser = q.browser();
  let page = await browser.signIn(await browser.open('/accounts/login/?next=/o/device/'), eve);
  const type = async (user_code: string, more: Record<string, string> = {}) => {
    page = await browser.submit(page, { user_code, ...more });
    return page.status;
  };
  for (const letter of 'BCDF') t.is(await type(`BBBB-BBB${letter}`), 200);
  const own = await start();
  await type(own.user_code);
  t.regex(page.html, /name="decision"/);
  const older = await browser.open('/o/device/');
  page = await browser.open('/o/device/');
  t.regex((await browser.submit(older, { user_code: own.user_code })).html, /Type the code once more/);
  page = await browser.open('/o/device/');
  for (const letter of 'BC') t.is(await type(`CCCC-CCC${letter}`, { decision: 'allow' }), 200);
  const old = page;
  const atOnce = await Promise.all(Array.from('FGHJ', () => browser.submit(old, { user_code: 'DDDD-DDDD' })));
  t.is(atOnce.filter(({ status }) => status === 429).length, 1, 'parallel ones are counted before they are looked for');
  page = await browser.open('/o/device/');
  t.is(await type(own.user_code), 429);
  t.regex(page.html, /Too many tries/);
  t.truthy(page.headers.get('retry-after'));
  t.is((await poll(own)).error, 'authorization_pending');
});
