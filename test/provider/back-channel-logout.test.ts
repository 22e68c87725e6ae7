import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { FormBrowser } from '../harness/form-browser.ts';
import type { TestPerson } from '../harness/index.ts';
import { claimsOf, Setting, type TestApplication } from './setting.ts';

/** Logout tokens that came in, and how the next ones are answered. */
const came: string[] = [];
let refusals = 0;
const receiver = createServer(async (request, response) => {
  const body = (await request.toArray()).join('');
  came.push(new URLSearchParams(body).get('logout_token') ?? '');
  response.writeHead(refusals-- > 0 ? 500 : 200).end();
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const host = `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
const q = await Setting.open({ privateHosts: [host] });
const redirectUri = 'https://planner.example/cb';
let application: TestApplication;
test.before(async () => {
  application = await q.application({
    consent: 'trusted',
    backchannel_logout_uri: `http://${host}/logout`,
    post_logout_redirect_uris: ['https://planner.example/bye'],
  });
});
test.after.always(async () => {
  await q.close();
  receiver.close();
});

interface SignedIn {
  readonly person: TestPerson;
  readonly browser: FormBrowser;
  readonly sid: unknown;
  readonly idToken: string;
}

async function signedIn(username: string): Promise<SignedIn> {
  const person = await q.person({ username });
  const code = await q.code(person, { client_id: application.clientId, redirect_uri: redirectUri });
  const { id_token: idToken } = await q.redeem(code, { application, redirectUri });
  return { person, browser: code.browser, sid: claimsOf(idToken).sid, idToken };
}

const noticesFor = ({ person }: SignedIn) => came.filter((token) => decodeJwt(token).sub === String(person.id));

test('whatever ends a session, each application that was signed in to is told once, with its session', async (t) => {
  const all = await Promise.all(['out', 'rp', 'ended', 'off', 'stays'].map(signedIn));
  const [out, rp, ended, off, stays] = all as [SignedIn, SignedIn, SignedIn, SignedIn, SignedIn];
  t.true(all.every(({ sid }) => typeof sid === 'string'));

  await out.browser.submit(await out.browser.open('/accounts/logout/'));
  const query = new URLSearchParams({
    id_token_hint: rp.idToken,
    post_logout_redirect_uri: 'https://planner.example/bye',
  });
  const question = await rp.browser.open(`/o/logout/?${query}`);
  await rp.browser.submit(question, { logout: 'yes' });
  await q.knex('sessions').where({ user_id: ended.person.id }).delete();
  await q.knex('users').where({ id: off.person.id }).update({ is_active: false });

  for (let tries = 0; tries < 100 && came.length < 4; tries++) await sleep(50);
  await sleep(200);
  const keys = createRemoteJWKSet(new URL(`${q.url}/o/.well-known/jwks.json`));
  for (const one of [out, rp, ended, off]) {
    const notices = noticesFor(one);
    t.is(notices.length, 1, one.person.username);
    const { payload, protectedHeader } = await jwtVerify(notices[0] ?? '', keys, {
      issuer: `${q.url}/o`,
      audience: application.clientId,
    });
    t.is(protectedHeader.typ, 'logout+jwt');
    t.is(payload.sid, one.sid);
    t.deepEqual(Object.keys(payload.events as object), ['http://schemas.openid.net/event/backchannel-logout']);
    t.false('nonce' in payload);
    t.truthy(payload.jti);
  }
  t.deepEqual(noticesFor(stays), []);
  t.deepEqual(await q.knex('logout_notices').select(), []);
});

test.serial('an application that does not take a notice is told again later', async (t) => {
  refusals = 1;
  const one = await signedIn('again');
  await q.knex('sessions').where({ user_id: one.person.id }).delete();
  for (let tries = 0; tries < 100 && noticesFor(one).length < 1; tries++) await sleep(50);
  const waiting = () => q.knex('logout_notices').where({ account_id: String(one.person.id) });
  t.like((await waiting())[0], { attempts: 1 });
  await waiting().update({ due_at: q.knex.fn.now() });
  await q.knex.raw(`SELECT pg_notify('quartermaster', '{"logout":"due"}')`);
  for (let tries = 0; tries < 100 && noticesFor(one).length < 2; tries++) await sleep(50);
  t.is(noticesFor(one).length, 2);
});
