import test from 'ava';
import { makeGroup, type Running, start } from '../harness/index.ts';

let q: Running;
let token: string;

test.before(async () => {
  q = await start();
  token = await q.tokenFor(await q.person({ username: 'keeper', superuser: true }));
});
test.after.always(() => q?.close());

test('moments with zones that do not exist are the caller’s mistake', async (t) => {
  for (const span of [
    '2026-01-01T00:00+99/2026-01-02',
    '2026-01-01 00:00 Nowhere/City/2026-01-02',
    '2026-01-01 nowhere/2026-01-02',
    '2026-13-45/2026-99-99',
    '2026-01-01T00:00:00+15:99:99/2026-01-02',
  ]) {
    const { status } = await q.fetch(`/api/booking/bookable/?free_during=${encodeURIComponent(span)}`, { as: token });
    t.is(status, 400, span);
  }
});

test('a part whose stock would expire after the end of the calendar is refused, not its stock', async (t) => {
  const far = await q.json<{ default_expiry: string[] }>('/api/part/', {
    as: token,
    json: { name: 'Amber', default_expiry: 2_147_483_647 },
  });
  t.is(far.status, 400);
  t.deepEqual(Object.keys(far.body), ['default_expiry']);
  const part = await q.json<{ pk: number }>('/api/part/', {
    as: token,
    json: { name: 'Amber', default_expiry: 1_000_000 },
  });
  const stock = await q.fetch('/api/stock/', { as: token, json: { part: part.body.pk, quantity: 1 } });
  t.is(stock.status, 201);
});

test('a statement that failed tells the log what it was, not the values in it', async (t) => {
  await makeGroup(q.knex, 'twice', {});
  const error = await t.throwsAsync(q.knex('groups').insert({ name: 'twice' }));
  t.regex(error.message, /insert into "groups"/);
  t.notRegex(error.message, /'twice'/);
});
