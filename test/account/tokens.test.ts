import test from 'ava';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

let q: Running;
let engineer: TestPerson;
let browser: FormBrowser;
test.before(async () => {
  q = await start();
  engineer = await q.person({
    username: 'engineer',
    password: 'correct horse',
    rights: { host: ['view', 'add', 'change'], booking: ['view'] },
  });
  browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/'), { username: 'engineer', password: 'correct horse' });
});
test.after.always(() => q?.close());

const clearIn = (html: string) => /id="new-token">([^<]+)</.exec(html)?.[1]?.replace('&#39;', "'");
const newest = () => q.knex('api_tokens').where({ user_id: engineer.id }).orderBy('id', 'desc').first();

test.serial(
  'a token is shown once, works at once, and is in no list, no audit row and no table in clear',
  async (t) => {
    const made = await browser.submit(await browser.open('/api_tokens'), { device_name: 'ERP sync', bound: 'no' });
    t.is(made.status, 201);
    t.is(made.headers.get('cache-control'), 'no-store');
    const clear = clearIn(made.html)!;
    t.regex(clear, /^\d+\|qore_[0-9A-Za-z]{48}$/);
    t.regex(made.html, /only time that it is shown/);
    const me = await q.json<{ username: string }>('/api/user/me/', { as: clear });
    t.is(me.status, 200);
    t.is(me.body.username, 'engineer');
    const secret = clear.split('|')[1]!;
    t.notRegex((await browser.open('/api_tokens')).html, new RegExp(secret));
    t.false(JSON.stringify(await q.knex('api_tokens')).includes(secret));
    t.false(JSON.stringify(await q.knex('audit_entries')).includes(secret));
    const row = await newest();
    t.is(row.scopes, null);
    t.is(row.expires_at, null);
    t.truthy(
      await q
        .knex('audit_entries')
        .where({ resource: 'token', action: 'create', object_id: String(row.id) })
        .first(),
    );
  },
);

test.serial('a token with a date lasts to the end of that day, and with ticked boxes does only that', async (t) => {
  const day = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
  const made = await browser.submit(await browser.open('/accounts/tokens/'), {
    device_name: 'Scanner',
    expiration_date: day,
    bound: 'yes',
    scopes: ['r:view:host', 'r:add:host'],
    spelling: 'inventree',
  });
  t.is(made.status, 201);
  t.regex(clearIn(made.html)!, /^inv-[0-9a-f]{40}-\d{8}$/);
  const row = await newest();
  t.is(row.expires_at.toISOString(), `${day}T23:59:59.999Z`);
  t.deepEqual(row.scopes, ['r:view:host', 'r:add:host']);
  t.regex(made.html, /View and add hosts, their hardware/);
});

test.serial('nobody gets a token that may more than they may themselves', async (t) => {
  const page = await browser.open('/api_tokens');
  t.regex(page.html, /value="r:change:host"/);
  t.notRegex(page.html, /value="r:delete:host"|value="r:add:booking"|value="a:superuser"|value="a:staff"/);
  const before = await newest();
  for (const scopes of [['r:delete:host'], ['g:read', 'a:superuser'], ['a:staff'], ['openid'], ['nonsense']]) {
    const answer = await browser.submit(page, { device_name: 'Too much', bound: 'yes', scopes });
    t.is(answer.status, 422, scopes.join());
    t.regex(answer.html, /more than you may do yourself/);
    t.is(clearIn(answer.html), undefined);
  }
  t.is((await newest()).id, before.id);
});

test.serial('a form that cannot be granted says why beside the field and keeps what was typed', async (t) => {
  const page = await browser.open('/api_tokens');
  const answer = await browser.submit(page, {
    device_name: '',
    expiration_date: '2020-02-30',
    bound: 'yes',
    spelling: 'atrocore',
  });
  t.is(answer.status, 422);
  t.regex(answer.html, /3 things are wrong/);
  t.regex(answer.html, /id="device_name-error">Say what will use the token\./);
  t.regex(answer.html, /id="expiration_date-error">Choose a day from today on\./);
  t.regex(answer.html, /value="2020-02-30"/);
  t.regex(answer.html, /name="bound" value="yes" checked/);
  t.regex(answer.html, /value="atrocore" checked/);
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  t.is((await browser.submit(page, { device_name: 'x', expiration_date: yesterday })).status, 422);
  t.is((await browser.submit(page, { device_name: 'x'.repeat(256) })).status, 422);
});

test.serial('revoking asks first, and then the token is dead', async (t) => {
  const made = await browser.submit(await browser.open('/api_tokens'), { device_name: 'Doomed' });
  const clear = clearIn(made.html)!;
  const { id } = await newest();
  const asked = await browser.open(`/api_tokens/${id}/revoke/`);
  t.regex(asked.html, /Revoke «Doomed»\?/);
  t.is((await q.fetch('/api/user/me/', { as: clear })).status, 200);
  const after = await browser.submit(asked);
  t.is(after.url.pathname, '/api_tokens');
  t.notRegex(after.html, /Doomed/);
  t.is((await q.fetch('/api/user/me/', { as: clear })).status, 401);
  t.truthy(
    await q
      .knex('audit_entries')
      .where({ resource: 'token', action: 'revoke', object_id: String(id) })
      .first(),
  );
});

test.serial("other people's tokens are not found", async (t) => {
  const other = await q.person({ username: 'other', password: 'correct horse' });
  await q.tokenFor(other);
  const { id } = await q.knex('api_tokens').where({ user_id: other.id }).first();
  t.is((await browser.open(`/accounts/tokens/${id}/revoke/`)).status, 404);
  for (const path of [
    '/accounts/tokens/0/revoke/',
    '/accounts/tokens/99999999999999/revoke/',
    '/accounts/tokens/x/revoke/',
  ]) {
    t.is((await browser.open(path)).status, 404);
  }
  t.is((await q.knex('api_tokens').where({ id }).first()).revoked_at, null);
});

test.serial('a token cannot make tokens, here or at the JSON address; the session can, at both', async (t) => {
  const token = await q.tokenFor(engineer);
  t.is((await q.fetch('/api_tokens', { as: token })).status, 403);
  t.is((await q.fetch('/api/api_tokens', { as: token, json: { device_name: 'x' } })).status, 403);
  const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.open('/api_tokens')).html)![1]!;
  const made = await q.json<{ token: string }>('/api/api_tokens', {
    json: { device_name: 'By JSON' },
    headers: { cookie: `qm_session=${browser.cookie('qm_session')}`, origin: q.url, 'x-csrf-token': csrf },
  });
  t.is(made.status, 201);
  t.is((await q.fetch('/api/user/me/', { as: made.body.token })).status, 200);
});

test.serial('without a session one is asked to sign in first', async (t) => {
  const answer = await q.fetch('/api_tokens');
  t.is(answer.status, 303);
  t.is(answer.headers.get('location'), '/accounts/login/?next=%2Fapi_tokens');
});

test.serial('a token that is bound to addresses works from there only, and says where it was used last', async (t) => {
  const make = async (addresses: string) =>
    browser.submit(await browser.open('/accounts/tokens/'), { device_name: 'bound', bound: 'no', addresses });
  const refused = await make('10.0.0.0/8, 10.1');
  t.is(refused.status, 422);
  t.regex(refused.html, /id="addresses-error">«10\.1» is no address/);
  const elsewhere = clearIn((await make('10.1.2.3/8\n2001:db8::1')).html)!;
  t.deepEqual((await newest()).addresses, ['10.0.0.0/8', '2001:db8::1/128']);
  const answer = await q.json<{ detail: string }>('/api/user/me/', { as: elsewhere });
  t.is(answer.status, 403);
  t.is(answer.body.detail, 'This token may not be used from this address.');
  const { id } = await newest();
  await q
    .knex('api_tokens')
    .where({ id })
    .update({ addresses: ['127.0.0.0/24'] });
  let status = 403;
  for (let tries = 0; status === 403 && tries < 100; tries++) {
    ({ status } = await q.json('/api/user/me/', { as: elsewhere }));
  }
  t.is(status, 200, 'another list counts at once');
  for (let tries = 0; tries < 100 && !(await newest()).last_used_address; tries++) await q.knex.raw('SELECT 1');
  t.regex(
    (await browser.open('/accounts/tokens/')).html,
    /from 127\.0\.0\.1<[\s\S]*Only from|Only from 127\.0\.0\.0\/24/,
  );
});
