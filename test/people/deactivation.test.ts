import test from 'ava';
import { sha256 } from '../../shared/identity/secrets.ts';
import { startSession } from '../../shared/identity/sessions.ts';
import { type Running, start } from '../harness/index.ts';
import { soon } from '../harness/soon.ts';

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

test('Deactivating somebody ends their API tokens, sessions and grants at once, and the tokens stay dead when they come back', async (t) => {
  const root = await q.tokenFor(await q.person({ username: 'root', superuser: true }));
  const person = await q.person({ username: 'leaver', rights: { part: ['view'] } });
  const token = await q.tokenFor(person);
  await startSession(q.knex, { userId: person.id, idleHours: 1, address: '127.0.0.1', userAgent: null });
  await q.knex('oidc_artifacts').insert(artifactOf(person.id));
  t.is((await q.json('/api/part/', { as: token })).status, 200);
  const set = (is_active: boolean) =>
    q.json(`/api/auth/users/${person.id}/`, { as: root, method: 'PATCH', json: { is_active } });
  t.is((await set(false)).status, 200);
  t.is(await soon(401, () => q.json('/api/part/', { as: token })), 401);
  t.deepEqual(await q.knex('sessions').where({ user_id: person.id }), []);
  t.deepEqual(await q.knex('oidc_artifacts').where({ account_id: String(person.id) }), []);
  t.is((await set(true)).status, 200);
  t.is((await q.json('/api/part/', { as: token })).status, 401);
});

const artifactOf = (person: number) => ({
  kind: 'AccessToken',
  id_hash: sha256(`token of ${person}`),
  payload: '{}',
  account_id: String(person),
  expires_at: new Date(Date.now() + 60_000),
});
