import test from 'ava';
import { sha256 } from '../../shared/identity/secrets.ts';
import { csrfToken, endSession, startSession } from '../../shared/identity/sessions.ts';
import type { TestPerson } from '../harness/index.ts';
import { type Mounted, mountApi } from './mounted.ts';

let api: Mounted;
let person: TestPerson;
let cookieValue: string;
let csrf: string;

test.before(async () => {
  api = await mountApi();
  person = await api.person({ username: 'browser' });
  cookieValue = await start();
  csrf = csrfToken(api.services.config.secretKey, cookieValue);
});
test.after.always(() => api.close());

const start = () =>
  startSession(api.knex, { userId: person.id, idleHours: 1, address: '127.0.0.1', userAgent: 'a browser' });
const cookie = () => ({ cookie: `qm_session=${cookieValue}` });
const change = (headers: Record<string, string>) =>
  api.json<{ detail: string }>('/api/user/me/', {
    method: 'PATCH',
    body: '{"first_name":"Bea"}',
    headers: { ...cookie(), 'content-type': 'application/json', ...headers },
  });

test('a browser session reads without further proof', async (t) => {
  const { status, body } = await api.json<{ username: string }>('/api/user/me/', { headers: cookie() });
  t.is(status, 200);
  t.is(body.username, 'browser');
});

test('a change takes the word of the browser and the token of the page', async (t) => {
  const same = { 'sec-fetch-site': 'same-origin' };
  for (const name of ['x-csrftoken', 'x-csrf-token', 'x-xsrf-token'])
    t.is((await change({ ...same, [name]: csrf })).status, 200);
  t.is((await change({ origin: api.url, 'x-csrftoken': csrf })).status, 200);
});

const other = () => csrfToken(api.services.config.secretKey, 'another cookie');
const forged: Record<string, () => Record<string, string>> = {
  'without anything': () => ({}),
  'without the token': () => ({ 'sec-fetch-site': 'same-origin', origin: api.url }),
  'with another browser’s token': () => ({ 'sec-fetch-site': 'same-origin', 'x-csrftoken': other() }),
  'with the token alone': () => ({ 'x-csrftoken': csrf }),
  'from another site': () => ({ 'sec-fetch-site': 'cross-site', origin: api.url, 'x-csrftoken': csrf }),
  'from a sister site': () => ({ 'sec-fetch-site': 'same-site', 'x-csrftoken': csrf }),
  'from another origin': () => ({ origin: 'https://evil.example', 'x-csrftoken': csrf }),
  'from another port': () => ({ origin: 'http://127.0.0.1:1', 'x-csrftoken': csrf }),
  'from an opaque origin': () => ({ origin: 'null', 'x-csrftoken': csrf }),
};
for (const [how, headers] of Object.entries(forged)) {
  test(`a change is refused ${how}`, async (t) => {
    const { status, body } = await change(headers());
    t.is(status, 403);
    t.regex(body.detail, /^CSRF Failed/);
  });
}

test('a form may carry the token in a field', async (t) => {
  const send = (fields: Record<string, string>) =>
    api.fetch('/api/user/me/', {
      method: 'PATCH',
      headers: { ...cookie(), origin: api.url },
      body: new URLSearchParams({ last_name: 'B', ...fields }),
    });
  t.is((await send({ csrfmiddlewaretoken: csrf })).status, 200);
  t.is((await send({ _csrf: csrf })).status, 200);
  t.is((await send({ _csrf: 'wrong' })).status, 403);
});

test('Qore’s clients read a missing proof as 419', async (t) => {
  const { status, body } = await api.json('/api/api_tokens', { json: { device_name: 'x' }, headers: cookie() });
  t.is(status, 419);
  t.deepEqual(body, { message: 'CSRF token mismatch.' });
});

test('a request with an Authorization header is judged by that alone', async (t) => {
  for (const authorization of ['Token nonsense', 'Bearer a.b.c', 'Negotiate x', '']) {
    const { status } = await api.fetch('/api/user/me/', { headers: { ...cookie(), authorization } });
    t.is(status, 401, authorization);
  }
});

test('a session that has ended, or never was, is nobody', async (t) => {
  const value = await start();
  const read = (given: string) => api.fetch('/api/user/me/', { headers: { cookie: `qm_session=${given}` } });
  t.is((await read(value)).status, 200);
  await endSession(api.knex, sha256(value));
  t.is((await read(value)).status, 401);
  t.is((await read('made-up')).status, 401);
  t.is((await api.fetch('/api/', { headers: { cookie: 'qm_session=made-up' } })).status, 200);
});
