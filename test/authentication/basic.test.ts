import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { hashPassword } from '../../shared/identity/passwords.ts';
import { type Mounted, mountApi } from './mounted.ts';

let api: Mounted;
test.before(async () => {
  api = await mountApi();
});
test.after.always(() => api.close());

const basic = (username: string, password: string) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
const auth = (as: string) => api.json<{ detail: string }>('/api/auth-test', { as });

test('a username and password open the API; the scheme and the username in any case', async (t) => {
  await api.person({ username: 'Ada', password: 'correct: horse, battery' });
  t.is((await auth(basic('Ada', 'correct: horse, battery'))).status, 200);
  t.is((await auth(basic('ada', 'correct: horse, battery').replace('Basic', 'bAsIc'))).status, 200);
});

test('wrong ones are refused alike, on public paths too', async (t) => {
  await api.person({ username: 'bob', password: 'a password of bob' });
  for (const as of [
    basic('bob', 'wrong'),
    basic('nobody', 'wrong'),
    basic('bob', ''),
    'Basic ',
    'Basic !!',
    'Basic Ym9i',
  ]) {
    const { status, body, headers } = await auth(as);
    t.is(status, 401, as);
    t.is(body.detail, 'Invalid username/password.');
    t.is(headers.get('www-authenticate'), 'Basic realm="api"');
    t.is((await api.fetch('/api/', { as })).status, 401);
  }
});

test('a script that sends its password with every call is checked once, together with its parallel calls', async (t) => {
  const { id } = await api.person({ username: 'script', password: 'a password of a script' });
  const as = basic('script', 'a password of a script');
  const answers = await Promise.all(Array.from({ length: 20 }, () => auth(as)));
  t.true(answers.every(({ status }) => status === 200));
  t.is((await auth(as)).status, 200);
  const signIns = await api.knex('audit_entries').where({ action: 'sign_in', actor_id: id }).count({ count: '*' });
  t.is(Number(signIns[0]?.count), 1);
});

test('a changed password counts at once', async (t) => {
  const { id } = await api.person({ username: 'cleo', password: 'the old password' });
  t.is((await auth(basic('cleo', 'the old password'))).status, 200);
  await api
    .knex('users')
    .where({ id })
    .update({ password: await hashPassword('the new password') });
  await sleep(300);
  t.is((await auth(basic('cleo', 'the old password'))).status, 401);
  t.is((await auth(basic('cleo', 'the new password'))).status, 200);
});

test('a disabled person is refused at once', async (t) => {
  const { id } = await api.person({ username: 'dora', password: 'a password of dora' });
  t.is((await auth(basic('dora', 'a password of dora'))).status, 200);
  await api.knex('users').where({ id }).update({ is_active: false });
  await sleep(300);
  t.is((await auth(basic('dora', 'a password of dora'))).status, 401);
});

test('guessing is stopped with 429, and says when to come back', async (t) => {
  await api.person({ username: 'target', password: 'a password of target' });
  let limited: Awaited<ReturnType<typeof auth>> | undefined;
  for (let i = 0; i < 60 && !limited; i++) {
    const answer = await auth(basic('target', `guess ${i}`));
    if (answer.status === 429) limited = answer;
    else t.is(answer.status, 401);
  }
  t.is(limited?.status, 429);
  t.true(Number(limited?.headers.get('retry-after')) > 0);
});

test('an unknown scheme is refused, and a cookie beside it does not help', async (t) => {
  const { status, headers } = await auth('Negotiate abc');
  t.is(status, 401);
  t.regex(headers.get('www-authenticate') ?? '', /^Bearer resource_metadata=/);
});
