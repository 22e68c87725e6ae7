import test from 'ava';
import fc from 'fast-check';
import { type Bench, openBench } from './bench.ts';

let b: Bench;
test.before(async () => {
  b = await openBench();
});
test.after.always(() => b?.q.close());

const sumOf = async (part: number): Promise<string> => {
  const [row] = await b.q.knex('stock_item').where({ part_id: part }).sum('quantity');
  return row?.sum ?? '0';
};
/** Amounts in hundred-thousandths, as a client writes them. */
const amount = fc.integer({ min: 1, max: 500_000 }).map((n) => (n / 100_000).toFixed(5));
const step = fc.record({
  action: fc.constantFrom('add', 'remove', 'transfer', 'count', 'merge'),
  quantity: amount,
  nth: fc.nat(),
});

test('Whatever is done, amounts stay exact, none falls below nothing, and moving makes or loses none', async (t) => {
  const places = [await b.makePlace(), await b.makePlace()];
  await fc.assert(
    fc.asyncProperty(amount, fc.array(step, { minLength: 3, maxLength: 12 }), async (first, steps) => {
      const part = await b.makePart();
      await b.makeStock({ part, quantity: first, delete_on_deplete: false });
      let expected = hundredThousandths(first);
      for (const [n, { action, quantity, nth }] of steps.entries()) {
        const rows: { id: number; quantity: string }[] = await b.q
          .knex('stock_item')
          .where({ part_id: part })
          .orderBy('id')
          .select('id', 'quantity');
        const row = rows[nth % rows.length];
        if (!row) break;
        const items =
          action === 'merge' ? rows.slice(0, 2).map(({ id }) => ({ item: id })) : [{ pk: row.id, quantity }];
        const { status } = await b.post(`/api/stock/${action}/`, { items, location: places[n % 2] });
        const [wanted, had] = [hundredThousandths(quantity), hundredThousandths(row.quantity)];
        if (action === 'remove' || action === 'transfer') t.is(status, wanted <= had ? 201 : 400);
        if (status === 201 && action === 'add') expected += wanted;
        if (status === 201 && action === 'remove') expected -= wanted;
        if (status === 201 && action === 'count') expected += wanted - had;
        t.is(hundredThousandths(await sumOf(part)), expected);
      }
    }),
    { numRuns: 15 },
  );
});

const hundredThousandths = (text: string): bigint => {
  const [whole = '0', rest = ''] = text.split('.');
  return BigInt(whole) * 100_000n + BigInt(rest.padEnd(5, '0').slice(0, 5));
};

test('Of many removals in the same moment only as many succeed as there is', async (t) => {
  const part = await b.makePart();
  const pk = await b.makeStock({ part, quantity: 7, delete_on_deplete: false });
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => b.post('/api/stock/remove/', { items: [{ pk, quantity: 1 }] })),
  );
  t.is(answers.filter(({ status }) => status === 201).length, 7);
  t.is(answers.filter(({ status }) => status === 400).length, 13);
  t.is((await b.get(`/api/stock/${pk}/`)).body.quantity, 0);
  t.is((await b.historyOf(pk)).filter(({ tracking_type }) => tracking_type === 12).length, 7);
});

test('Two removals that are each all there is: one gets it', async (t) => {
  const pk = await b.makeStock({ part: await b.makePart(), quantity: 5 });
  const answers = await Promise.all([1, 2].map(() => b.post('/api/stock/remove/', { items: [{ pk, quantity: 5 }] })));
  t.deepEqual(answers.map(({ status }) => status).sort(), [201, 400]);
});

test('Those who want the same items in another order never wait for each other for good', async (t) => {
  const part = await b.makePart();
  const [one, two] = [await b.makeStock({ part, quantity: 100 }), await b.makeStock({ part, quantity: 100 })];
  const location = await b.makePlace();
  const items = (...pks: number[]) => pks.map((pk) => ({ pk, quantity: 1 }));
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, n) => {
      const order = n % 2 ? items(one, two) : items(two, one);
      return b.post(`/api/stock/${n % 3 ? 'transfer' : 'remove'}/`, { items: order, location });
    }),
  );
  t.true(answers.every(({ status }) => status === 201));
  t.is(Number(await sumOf(part)), 200 - 16);
});

test('Of two that install the same item only one has it, and circles never close', async (t) => {
  const part = await b.makePart();
  const [a, c, pk] = [
    await b.makeStock({ part, quantity: 1 }),
    await b.makeStock({ part, quantity: 1 }),
    await b.makeStock({ part, quantity: 1 }),
  ];
  const both = await Promise.all([a, c].map((into) => b.post(`/api/stock/${into}/install/`, { stock_item: pk })));
  t.deepEqual(both.map(({ status }) => status).sort(), [201, 400]);
  const circle = await Promise.all([
    b.post(`/api/stock/${a}/install/`, { stock_item: c }),
    b.post(`/api/stock/${c}/install/`, { stock_item: a }),
  ]);
  t.deepEqual(circle.map(({ status }) => status).sort(), [201, 400]);
});
