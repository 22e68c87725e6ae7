import test from 'ava';
import { type Running, start } from '../harness/index.ts';
import { Setting } from '../provider/setting.ts';

// The class: CVE-2020-15223, django-oauth-toolkit #727, #746. Ownership, families and a full disk are tested in
// test/provider/revocation.test.ts; here the rest of what could be believed wrongly.

const provider = await Setting.open();
let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => Promise.all([provider.close(), q?.close()]));

test('a wrong hint about the kind of token does not keep it alive', async (t) => {
  const ada = await provider.person({ username: 'ada' });
  const tokens = await provider.tokens(ada, { scope: 'openid g:read offline_access' });
  const client_id = 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6';
  const answer = await provider.form('/revoke_token/', {
    token: tokens.refresh_token,
    token_type_hint: 'access_token',
    client_id,
  });
  t.is(answer.status, 200);
  t.is((await provider.refresh(tokens.refresh_token)).status, 400);
});

test('a token that was revoked while the database could not store it is still alive, and the answer said so', async (t) => {
  const ada = await q.person({ username: 'ada', superuser: true });
  const token = await q.tokenFor(ada);
  const [{ id }] = await q.knex('api_tokens').where({ user_id: ada.id }).select('id');
  await q.knex.raw(`ALTER TABLE audit_entries ADD CONSTRAINT disk_full CHECK (action <> 'revoke') NOT VALID`);
  const refused = await q.fetch(`/api/user/tokens/${id}/`, { as: token, method: 'DELETE' });
  t.true(refused.status >= 500);
  t.is((await q.fetch('/api/user/me/', { as: token })).status, 200, 'nothing was half done');
  await q.knex.raw('ALTER TABLE audit_entries DROP CONSTRAINT disk_full');
  t.is((await q.fetch(`/api/user/tokens/${id}/`, { as: token, method: 'DELETE' })).status, 204);
  t.is((await q.fetch('/api/user/me/', { as: token })).status, 401);
});
