import test from 'ava';
import { Secret, TOTP } from 'otpauth';
import { linkAddress } from '../../shared/identity/mail-links.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';
import { defaultClientId, Setting } from '../provider/setting.ts';

// A day of somebody's secrets with everything logged, failures of the database among it; then the log is searched.
let provider: Setting;
let q: Running;
const lines: string[] = [];
const logged = (line: string) => {
  lines.push(line);
};
test.before(async () => {
  [provider, q] = await Promise.all([Setting.open({}, logged), start({ logged })]);
});
test.after.always(() => Promise.all([provider?.close(), q?.close()]));

const shown = (html: string, pattern: RegExp): string => {
  const found = pattern.exec(html)?.[1];
  if (!found) throw new Error(`${pattern} is not on the page: ${html.slice(0, 3000)}`);
  return found;
};

/** Runs something while a table is out of reach, so that what it does fails and is logged whole. */
async function without(knex: Running['knex'], table: string, work: () => Promise<unknown>): Promise<void> {
  await knex.raw('ALTER TABLE ?? RENAME TO ??', [table, `${table}_away`]);
  await work().finally(() => knex.raw('ALTER TABLE ?? RENAME TO ??', [`${table}_away`, table]));
}

/** Signs in, wrongly too, and goes through all that an application and a person do. */
async function dayOfAPerson(): Promise<Record<string, string>> {
  const secrets: Record<string, string> = { wrong: 'never a password of hers' };
  const person = await provider.person({
    username: 'ada',
    password: 'first of her passwords',
    email: 'ada@lab.example',
  });
  secrets.password = person.password;
  const browser = provider.browser();
  const form = await browser.open('/accounts/login/');
  await browser.submit(form, { username: person.password, password: 'x' });
  await browser.submit(form, { username: 'ada', password: 'never a password of hers' });
  await without(provider.knex, 'users', () => browser.submit(form, { username: person.password, password: 'x' }));

  const authorized = await provider.code(person, { scope: 'openid offline_access g:read', prompt: 'consent' }, browser);
  const { code, verifier } = authorized;
  await without(provider.knex, 'oidc_artifacts', () => provider.redeem(authorized));
  const tokens = await provider.redeem(authorized);
  await without(provider.knex, 'oidc_artifacts', () => provider.refresh(tokens.refresh_token));
  const more = await provider.refresh(tokens.refresh_token);
  const revocation = { token: more.refresh_token, client_id: defaultClientId };
  await without(provider.knex, 'oidc_artifacts', () => provider.form('/revoke_token/', revocation));
  const userinfo = { headers: { authorization: `Bearer ${more.access_token}` } };
  await fetch(`${provider.url}/o/userinfo/`, userinfo);
  await without(provider.knex, 'users', () => fetch(`${provider.url}/o/userinfo/`, userinfo));
  await provider.form('/revoke_token/', revocation);
  Object.assign(secrets, { code, verifier, access: tokens.access_token, refresh: tokens.refresh_token });
  Object.assign(secrets, { id: tokens.id_token, access2: more.access_token, refresh2: more.refresh_token });

  const device = await provider.form<{ device_code: string; user_code: string }>('/device-authorization/', {
    client_id: defaultClientId,
    scope: 'openid',
  });
  await browser.submit(await browser.open('/o/device/'), { user_code: device.user_code });
  Object.assign(secrets, { device: device.device_code, user: device.user_code });

  const application = await provider.application();
  secrets.client = application.secret;
  await provider.form('/introspect/', { token: more.access_token }, application);
  await without(provider.knex, 'application_secrets', () => provider.form('/introspect/', { token: 'x' }, application));

  const setUp = await browser.open('/accounts/security/app/');
  secrets.totp = shown(setUp.html, /id="totp-secret">([A-Z2-7]+)</);
  const done = await browser.submit(setUp, { code: new TOTP({ secret: Secret.fromBase32(secrets.totp) }).generate() });
  secrets.recovery = shown(done.html, /id="codes">([^<\n]+)/);
  const other = provider.browser();
  const second = await other.signIn(await other.open('/accounts/login/'), person);
  await without(provider.knex, 'recovery_codes', () => other.submit(second, { code: secrets.recovery! }));
  await other.submit(second, { code: secrets.recovery! });

  await provider.knex('users').where({ id: person.id }).update({ email_verified_at: new Date() });
  await other.submit(await other.open('/accounts/reset/'), { email: 'ada@lab.example' });
  const { facts } = await provider.knex('outbox').where({ kind: 'password_reset' }).first();
  const link = linkAddress(provider.services.config, 'reset', facts.link);
  secrets.link = new URL(link).searchParams.get('link')!;
  secrets.next = 'second of her passwords, longer';
  const choosing = await other.open(link);
  await without(provider.knex, 'audit_entries', () =>
    other.submit(choosing, { chosen: secrets.next!, again: secrets.next! }),
  );
  await other.submit(choosing, { chosen: secrets.next!, again: secrets.next! });
  const third = 'third of her passwords, longer';
  const changing = await browser.signIn(await browser.open('/accounts/login/'), {
    username: 'ada',
    password: secrets.next,
  });
  const proved = await browser.submit(changing, { code: shown(done.html, /id="codes">[^<\n]+\n([^<\n]+)/) });
  if (proved.url.pathname !== '/accounts/') throw new Error(`Not signed in: ${proved.html}`);
  // What a constraint refuses, PostgreSQL tells with the whole row.
  await provider.knex.raw('ALTER TABLE users ADD CONSTRAINT fails CHECK (false) NOT VALID');
  await browser.submit(await browser.open('/accounts/password/'), {
    current: secrets.next,
    chosen: third,
    again: third,
  });
  await provider.knex.raw('ALTER TABLE users DROP CONSTRAINT fails');
  secrets.hash = (await provider.knex('users').where({ id: person.id }).first('password')).password;
  secrets.session = browser.cookie('qm_session') ?? '';
  secrets.known = browser.cookie('qm_known') ?? '';
  return secrets;
}

/** Uses every kind of credential at the API, while it is well and while it fails. */
async function dayOfAScript(): Promise<Record<string, string>> {
  const person: TestPerson = await q.person({
    username: 'brita',
    password: 'a password for scripts',
    superuser: true,
  });
  const basic = Buffer.from(`brita:${person.password}`).toString('base64');
  const wrong = Buffer.from('brita:another password for scripts').toString('base64');
  const token = await q.tokenFor(person);
  const bearer = await q.bearerFor(person, ['g:read']);
  const named = await q.json<{ token: string }>('/api/user/token/?name=script', { as: `Basic ${basic}` });
  const chosen = 'another choice of words for somebody';
  const someone = await q.person({ username: 'clara' });
  const all: Record<string, string>[] = [
    { authorization: `Basic ${basic}` },
    { authorization: `Basic ${wrong}` },
    { authorization: `Token ${token}` },
    { authorization: `Bearer ${bearer}` },
    { authorization: `Bearer ${bearer}x` },
    { 'espo-authorization': basic },
  ];
  const ask = async () => {
    for (const headers of all) {
      for (const path of ['/api/user/me/', '/api/v1/App/user', `/api/user/me/?access_token=${bearer}&token=${token}`]) {
        await (await q.fetch(path, { headers })).arrayBuffer();
      }
    }
  };
  await ask();
  for (const table of ['users', 'api_tokens', 'groups']) await without(q.knex, table, ask);
  const set = { as: token, method: 'PUT', json: { password: chosen } };
  await without(q.knex, 'audit_entries', () => q.fetch(`/api/user/${someone.id}/set-password/`, set));
  await q.fetch(`/api/user/${someone.id}/set-password/`, set);
  const { password: hash } = await q.knex('users').where({ id: someone.id }).first('password');
  return { basic, wrong, token, bearer, named: named.body.token, chosen, scripts: person.password, hash };
}

test('the log tells of requests and failures, and never of a password, a token, a code or another secret', async (t) => {
  const [ofPerson, ofScript] = await Promise.all([dayOfAPerson(), dayOfAScript()]);
  const log = lines.join('');
  t.true(
    lines.some((line) => line.includes('"path":"/o/token/"')),
    'requests are logged',
  );
  t.true(lines.filter((line) => line.includes('"level":"error"')).length > 5, 'failures are logged');
  for (const [name, secret] of [...Object.entries(ofPerson), ...Object.entries(ofScript)]) {
    t.true(secret.length > 7, name);
    const written = lines.find((line) => line.includes(secret) || line.includes(encodeURIComponent(secret)));
    t.is(written, undefined, name);
  }
  t.notRegex(log, /\$argon2/, 'hashes of passwords');
  // What makes a JWT good to use is its signature.
  for (const jwt of [ofPerson.access, ofPerson.id, ofScript.bearer]) t.false(log.includes(jwt!.split('.')[2]!));
});
