import test from 'ava';
import { type Running, type ServiceProcess, start, startProcess } from '../harness/index.ts';
import { environmentOf } from '../harness/start.ts';
import { Setting } from '../provider/setting.ts';

// The class: CVE-2026-9802, CVE-2020-15222. What was used is remembered by the database, not by a process.

let first: Setting;
let second: ServiceProcess;
let q: Running;

test.before(async () => {
  first = await Setting.open();
  second = await startProcess('idp/main.ts', environmentOf(first.services.config));
  q = await start({ api: 1 });
});
test.after.always(async () => {
  await second?.close('SIGKILL');
  await first?.close();
  await q?.close();
});

const tokenAt = (url: string, fields: Record<string, string>) =>
  fetch(`${url}/o/token/`, { method: 'POST', body: new URLSearchParams(fields) });

test('a code and a refresh token that were used in one process are used up in another', async (t) => {
  const ada = await first.person({ username: 'ada' });
  const { code, verifier } = await first.code(ada, { scope: 'openid g:read offline_access' });
  const redeem = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: 'http://localhost:29170',
    client_id: 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6',
  };
  const tokens = (await (await tokenAt(first.url, redeem)).json()) as { refresh_token: string };
  const refresh = {
    grant_type: 'refresh_token',
    refresh_token: tokens.refresh_token,
    client_id: redeem.client_id,
  };
  t.is((await tokenAt(second.url, refresh)).status, 200, 'the second process knows the first one’s tokens');
  t.is((await tokenAt(first.url, refresh)).status, 400);
  t.is((await tokenAt(second.url, redeem)).status, 400);
});

test('an access token that was revoked before a process began is refused by it', async (t) => {
  const { services, url } = q;
  const ada = await q.person({ username: 'ada', superuser: true });
  const bearer = await q.bearerFor(ada, ['g:read']);
  t.is((await q.fetch('/api/user/me/', { as: bearer })).status, 200);
  const [application] = await q.knex('applications').where({ name: 'Acts as ada' }).select('client_id');
  await q.knex('applications').where({ client_id: application.client_id }).update({ enabled: false });
  const late = await startProcess('api/main.ts', environmentOf(services.config));
  try {
    const headers = { authorization: `Bearer ${bearer}` };
    t.is((await fetch(`${late.url}/api/user/me/`, { headers })).status, 401);
    t.is((await fetch(`${url}/api/user/me/`, { headers })).status, 401);
  } finally {
    await late.close();
  }
});
