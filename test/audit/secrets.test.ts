import test from 'ava';
import { Secret, TOTP } from 'otpauth';
import { claimsOf, Setting } from '../provider/setting.ts';

// A day of somebody's secrets, and then the trail: what happened is in it, and none of them is.
let setting: Setting;
test.before(async () => {
  setting = await Setting.open();
});
test.after.always(() => setting?.close());

const shown = (html: string, pattern: RegExp): string => {
  const found = pattern.exec(html)?.[1];
  if (!found) throw new Error(`${pattern} is not on the page: ${html.slice(0, 3000)}`);
  return found;
};

test('sign-ins, consents, tokens, secrets and factors are in the trail, and no secret ever is', async (t) => {
  const { knex } = setting;
  const secrets: Record<string, string> = {};
  const person = await setting.person({ username: 'ada', password: 'first of her passwords', superuser: true });
  secrets.password = person.password;

  // A password typed where the name belongs, and a wrong one.
  const browser = setting.browser();
  const form = await browser.open('/accounts/login/');
  await browser.submit(form, { username: person.password, password: 'x' });
  secrets.wrong = 'never a password of hers';
  await browser.submit(form, { username: 'ada', password: secrets.wrong });

  // An authorization with all that comes of it.
  const authorized = await setting.code(person, { scope: 'openid offline_access g:read', prompt: 'consent' }, browser);
  secrets.code = authorized.code;
  secrets.verifier = authorized.verifier;
  secrets.session = browser.cookie('qm_session') ?? '';
  const tokens = await setting.redeem(authorized);
  const more = await setting.refresh(tokens.refresh_token);
  Object.assign(secrets, { access: tokens.access_token, refresh: tokens.refresh_token, id: tokens.id_token });
  Object.assign(secrets, { access2: more.access_token, refresh2: more.refresh_token });
  await setting.form('/revoke_token/', {
    token: more.refresh_token,
    client_id: String(claimsOf(more.access_token).client_id),
  });

  // A token of her own in each spelling.
  for (const spelling of ['qore', 'inventree', 'atrocore']) {
    const page = await browser.submit(await browser.open('/accounts/tokens/'), {
      device_name: spelling,
      bound: 'no',
      spelling,
    });
    secrets[spelling] = shown(page.html, /id="new-token">([^<]+)</).replace(/^\d+\|/, '');
  }

  // An application with a secret, and another secret for it.
  const registering = await browser.open('/o/applications/register/');
  const registered = await browser.submit(registering, {
    name: 'Planner',
    client_type: 'confidential',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: 'https://planner.example/cb',
    response_modes: ['query'],
    every_scope: 'yes',
    service_user: '',
  });
  secrets.client = shown(registered.html, /id="shown-secret">([^<]+)</);

  // An authenticator app with its recovery codes, and the next password.
  const setUp = await browser.open('/accounts/security/app/');
  secrets.totp = shown(setUp.html, /id="totp-secret">([A-Z2-7]+)</);
  const code = new TOTP({ secret: Secret.fromBase32(secrets.totp) }).generate();
  const done = await browser.submit(setUp, { code });
  secrets.recovery = shown(done.html, /id="codes">([^<\n]+)/);
  secrets.next = 'second of her passwords, longer';
  const page = await browser.open('/accounts/password/');
  await browser.submit(page, { current: person.password, chosen: secrets.next, again: secrets.next });
  const { password } = await knex('users').where({ id: person.id }).first('password');
  secrets.hash = password;

  const entries = await knex('audit_entries').orderBy('id');
  const seen = new Set(entries.map(({ action, resource }) => `${action} ${resource}`));
  for (const expected of [
    'sign_in_refused user',
    'sign_in user',
    'consent grant',
    'issue access_token',
    'revoke grant',
    'create token',
    'create application',
    'change_password user',
  ]) {
    t.true(seen.has(expected), `${expected} is not in it: ${[...seen].join(', ')}`);
  }
  t.true(
    entries.some(({ actor_id, action }) => actor_id === person.id && /factor|app|recovery/.test(action)),
    [...seen].join(', '),
  );
  const trail = JSON.stringify(entries);
  for (const [name, secret] of Object.entries(secrets)) {
    t.true(secret.length > 7, name);
    t.false(trail.includes(secret), `${name} is in the audit trail`);
  }
});
