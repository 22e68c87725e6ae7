import test from 'ava';
import { sha256 } from '../../shared/identity/secrets.ts';
import { sessionCookie, startSession } from '../../shared/identity/sessions.ts';
import { type Running, start } from '../harness/index.ts';
import { soon } from '../harness/soon.ts';

let q: Running;
let root: string;
let clerk: string;
test.before(async () => {
  q = await start();
  root = await q.tokenFor(await q.person({ username: 'root', superuser: true }));
  const all = ['view', 'add', 'change', 'delete'] as const;
  clerk = await q.tokenFor(await q.person({ username: 'clerk', staff: true, rights: { admin: all } }));
});
test.after.always(() => q?.close());

interface Acted {
  readonly message: string;
  readonly data: { readonly id: number };
}

const act = (action: string, id: number, as = root) =>
  q.json<Acted>(`/api/resources/users/actions/${action}/${id}`, { as, method: 'POST' });
const entriesOf = (id: number) =>
  q
    .knex('audit_entries')
    .where({ resource: 'user', object_id: String(id) })
    .orderBy('id');
const actions = ['reset_password', 'revoke_tokens', 'reset_mfa'] as const;

test('Somebody is sent a link for another password, and keeps theirs until they use it', async (t) => {
  const { id } = await q.person({ username: 'forgetful', password: 'a b c d e f', email: 'forgetful@lab.example' });
  const { status, body } = await act('reset_password', id);
  t.is(status, 200, JSON.stringify(body));
  t.is(body.data.id, id);
  t.like(await q.knex('outbox').where({ user_id: id }).first(), { kind: 'password_reset' });
  t.like((await entriesOf(id)).at(-1), { action: 'send_password_reset', actor: 'root' });
});

test('No link is sent to who has no address, no password, or is not let in', async (t) => {
  const silent = await q.person({ username: 'silent', password: 'a b c d e f' });
  const fresh = await q.person({ username: 'fresh', email: 'fresh@lab.example' });
  const gone = await q.person({ username: 'gone', password: 'a b c d e f', email: 'gone@lab.example', active: false });
  const robot = await q.person({ username: 'robot', email: 'robot@lab.example', service: true });
  for (const { id } of [silent, fresh, gone, robot]) {
    const { status, body } = await act('reset_password', id);
    t.is(status, 409);
    t.regex(body.message, /address|Invite|password/);
    t.is(await q.knex('outbox').where({ user_id: id }).first(), undefined);
  }
  t.is((await act('reset_password', 999_999)).status, 404);
});

test('All tokens of somebody and what applications hold for them end at once; their browser stays signed in', async (t) => {
  const person = await q.person({ username: 'leaky', rights: { part: ['view'] } });
  const token = await q.tokenFor(person);
  const cookie = await startSession(q.knex, { userId: person.id, idleHours: 1, address: null, userAgent: null });
  await q.knex('oidc_artifacts').insert({
    kind: 'AccessToken',
    id_hash: sha256('token of leaky'),
    payload: '{}',
    account_id: String(person.id),
    expires_at: new Date(Date.now() + 60_000),
  });
  t.is((await q.json('/api/part/', { as: token })).status, 200);
  t.is((await act('revoke_tokens', person.id)).status, 200);
  t.is(await soon(401, () => q.json('/api/part/', { as: token })), 401);
  t.deepEqual(await q.knex('oidc_artifacts').where({ account_id: String(person.id) }), []);
  t.is((await q.fetch('/api/part/', { headers: { cookie: `${sessionCookie}=${cookie}` } })).status, 200);
  const { id } = await q.knex('api_tokens').where({ user_id: person.id }).first('id');
  t.like((await entriesOf(person.id)).at(-1), {
    action: 'revoke_tokens',
    actor: 'root',
    changes: { tokens: { old: [id], new: [] } },
  });
});

test('Second factors that somebody lost are taken away', async (t) => {
  const { id } = await q.person({ username: 'new-phone' });
  await q.knex('authenticator_apps').insert({ user_id: id, sealed_secret: Buffer.alloc(1), last_step: 0 });
  t.is((await act('reset_mfa', id)).status, 200);
  t.deepEqual(await q.knex('authenticator_apps').where({ user_id: id }), []);
  t.like((await entriesOf(id)).at(-1), { action: 'reset_factors', actor: 'root' });
});

test('These take a superuser with the widest scope, whoever they are done to, in every dialect', async (t) => {
  const boss = await q.person({ username: 'boss', superuser: true, password: 'a b c d e f', email: 'b@lab.example' });
  const plain = await q.person({ username: 'plain', password: 'a b c d e f', email: 'p@lab.example' });
  const narrow = await q.tokenFor(boss, { scopes: ['r:change:admin', 'g:read', 'a:staff'] });
  const wide = await q.tokenFor(boss, { scopes: ['a:superuser'] });
  for (const [n, action] of actions.entries()) {
    const entity = action.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    for (const { id } of [boss, plain]) {
      for (const as of [clerk, narrow]) {
        t.is((await act(action, id, as)).status, 403, action);
        t.is((await q.fetch(`/api/user/${id}/${action}/`, { as, method: 'POST' })).status, 403, action);
        const sent = { as, method: 'POST', json: { id: String(id) } };
        t.is((await q.fetch(`/api/v1/User/action/${entity}`, sent)).status, 403, entity);
      }
    }
    t.is((await entriesOf(plain.id)).length, n);
    t.is((await act(action, plain.id, wide)).status, 200, action);
  }
});

test('The table offers them to those who may, and the document says what they take', async (t) => {
  const offered = async (as: string) => {
    const { body } = await q.json<{
      actions: { name: string }[];
      data: { actions: string[] }[];
    }>('/api/resources/users/table/users', { as });
    return [body.actions.map(({ name }) => name), body.data[0]?.actions ?? []].map((names) =>
      names.filter((name) => (actions as readonly string[]).includes(name)),
    );
  };
  t.deepEqual(await offered(root), [[...actions], [...actions]]);
  t.deepEqual(await offered(clerk), [[], []]);
  const { body } = await q.json<{ paths: Record<string, { post: { security: object[] } }> }>(
    '/api/schema/?format=json',
    {
      as: root,
    },
  );
  for (const action of actions) {
    const { security } = body.paths[`/api/resources/users/actions/${action}/{id}`]?.post ?? { security: [] };
    t.regex(JSON.stringify(security), /a:superuser/);
    t.notRegex(JSON.stringify(security), /r:change:admin/);
  }
});

test('A browser that was left alone for long is asked who sits there before it does any of this', async (t) => {
  const chief = await q.person({ username: 'chief', superuser: true });
  const { id } = await q.person({ username: 'unlucky' });
  const cookie = await startSession(q.knex, { userId: chief.id, idleHours: 5, address: null, userAgent: null });
  const headers = { cookie: `${sessionCookie}=${cookie}`, accept: 'text/html', 'sec-fetch-site': 'same-origin' };
  const page = await (await q.fetch(`/api/user/${id}/`, { headers })).text();
  const proof = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page)?.[1] ?? '';
  t.true(page.includes(`action="/api/user/${id}/reset_mfa/"`));
  const send = () =>
    q.fetch(`/api/user/${id}/reset_mfa/`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ csrfmiddlewaretoken: proof }),
    });
  await q
    .knex('sessions')
    .where({ user_id: chief.id })
    .update({ auth_time: new Date(Date.now() - 3_600_000) });
  const refused = await send();
  t.is(refused.status, 403);
  t.regex(await refused.text(), /Prove again who you are/);
  await q.knex('sessions').where({ user_id: chief.id }).update({ auth_time: new Date() });
  t.is((await send()).status, 303);
});
