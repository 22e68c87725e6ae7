import test from 'ava';
import { type Running, start } from '../harness/index.ts';

let q: Running;
let token: string;
test.before(async (t) => {
  t.timeout(60_000);
  q = await start();
  token = await q.tokenFor(await q.person({ username: 'chief', superuser: true }));
  await q.knex.raw(`INSERT INTO hd_vendor (vendor) SELECT 'Maker ' || n FROM generate_series(1, 100000) AS n`);
});
test.after.always(() => q?.close());

interface Page {
  count: number;
  count_is_estimate?: boolean;
  next: string | null;
  results: unknown[];
}

const page = (parameters: string) => q.json<Page>(`/api/inventory/hdvendor/?${parameters}`, { as: token });

test.serial('a page of 100,000 rows counts them all and says nothing of estimates', async (t) => {
  const { body, headers } = await page('limit=2');
  t.is(body.count, 100_000);
  t.false('count_is_estimate' in body);
  t.is(headers.get('x-count-is-estimate'), null);
});

test.serial(
  'beyond 100,000 rows the count says that it is an estimate, and the pages still end at the last row',
  async (t) => {
    await q.knex.raw(`INSERT INTO hd_vendor (vendor) SELECT 'Another ' || n FROM generate_series(1, 30) AS n`);
    const { body, headers } = await page('limit=2');
    t.true(body.count > 100_000);
    t.true(body.count_is_estimate);
    t.is(headers.get('x-count-is-estimate'), 'true');
    const late = await page('limit=20&offset=100000');
    t.is(late.body.results.length, 20);
    t.truthy(late.body.next);
    const last = await page('limit=20&offset=100020');
    t.is(last.body.results.length, 10);
    t.is(last.body.count, 100_030);
    t.is(last.body.next, null);
    // Narrowed down far enough, it is counted again.
    t.is((await page('limit=2&search=another')).body.count, 30);
  },
);
