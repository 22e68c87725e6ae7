import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { startSession } from '../../shared/identity/sessions.ts';
import { type Running, start } from '../harness/index.ts';

// The class: CVE-2026-1609, CVE-2025-64521. One switch ends every way in, in every process.

let q: Running;
test.before(async () => {
  q = await start({ api: 1 });
});
test.after.always(() => q?.close());

test('a disabled person is out by every door, in every process, within a second', async (t) => {
  const password = 'a long password';
  const root = await q.tokenFor(await q.person({ username: 'root', superuser: true }));
  const ada = await q.person({ username: 'ada', password, rights: { host: ['view'] } });
  const session = await startSession(q.knex, { userId: ada.id, idleHours: 1, address: null, userAgent: null });
  const doors: Record<string, Record<string, string>> = {
    bearer: { authorization: `Bearer ${await q.bearerFor(ada, ['g:read'])}` },
    token: { authorization: `Token ${await q.tokenFor(ada)}` },
    basic: { authorization: `Basic ${Buffer.from(`ada:${password}`).toString('base64')}` },
    session: { cookie: `qm_session=${session}` },
  };
  const statuses = () =>
    Promise.all(
      q.apis.flatMap((api) =>
        Object.values(doors).map(async (headers) => (await fetch(`${api}/api/inventory/host/`, { headers })).status),
      ),
    );
  t.deepEqual([...new Set(await statuses())], [200]);

  const answer = await q.fetch(`/api/user/${ada.id}/`, { as: root, method: 'PATCH', json: { is_active: false } });
  t.is(answer.status, 200);
  await sleep(900);
  t.deepEqual([...new Set(await statuses())], [401]);

  await q.fetch(`/api/user/${ada.id}/`, { as: root, method: 'PATCH', json: { is_active: true } });
  await sleep(300);
  const [bearer, token, basic, cookie] = await statuses();
  t.deepEqual([bearer, token, basic, cookie], [401, 401, 200, 401], 'let back in, only the password opens again');
});

test('who loses a role loses it with the tokens they hold', async (t) => {
  const grace = await q.person({ username: 'grace', rights: { location: ['view', 'add', 'change'] } });
  const bearer = await q.bearerFor(grace, ['r:add:location']);
  t.is((await q.fetch('/api/inventory/buildingbyid/', { as: bearer, json: { code: 'B1' } })).status, 201);
  await q.knex('user_groups').where({ user_id: grace.id }).delete();
  await sleep(500);
  t.is((await q.fetch('/api/inventory/buildingbyid/', { as: bearer, json: { code: 'B2' } })).status, 403);
});
