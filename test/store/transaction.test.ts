import test from 'ava';
import { closeServices, type Services } from '../../shared/services.ts';
import { type Transaction, transact } from '../../shared/transaction.ts';
import { freshServices } from '../harness/index.ts';

let services: Services;
test.before(async () => {
  services = await freshServices();
  await services.knex.raw('CREATE TABLE drawer (id int PRIMARY KEY, held text)');
});
test.after.always(() => services && closeServices(services));

const put = 'INSERT INTO drawer (id, held) VALUES ($1, $2)';
const held = (from: number) => services.knex('drawer').where('id', '>=', from).orderBy('id').pluck('held');
const during = <T>(work: (transaction: Transaction) => Promise<T>) => transact(services.knex, work);

test.serial('What nobody waits for is done in its turn, and Knex is in the same transaction', async (t) => {
  const found = await during(async (transaction) => {
    await transaction.later(put, [1, 'screws'], 'put_into_drawer');
    await transaction.later(put, [2, 'nuts'], 'put_into_drawer');
    await transaction.trx('drawer').where({ id: 1 }).update({ held: 'bolts' });
    const { rows } = await transaction.run<{ held: string }>('SELECT held FROM drawer WHERE id = $1', [1]);
    t.deepEqual(rows, [{ held: 'bolts' }]);
    t.deepEqual(await held(1), []);
    return { last: transaction.inPassing<{ count: number }>('SELECT count(*)::int AS count FROM drawer', []) };
  });
  t.is((await found.last).rows[0]?.count, 2);
  t.deepEqual(await held(1), ['bolts', 'nuts']);
});

test.serial('Whatever fails undoes all, and the connection serves the next', async (t) => {
  for (const work of [
    async (transaction: Transaction) => {
      await transaction.run(put, [10, 'tape']);
      await transaction.later(put, [10, 'glue']);
    },
    async (transaction: Transaction) => {
      await transaction.later(put, [10, 'tape']);
      await transaction.later(put, [10, 'glue']);
      await transaction.run(put, [11, 'wax']);
    },
    async ({ trx }: Transaction) => {
      await trx('drawer').insert({ id: 10, held: 'tape' });
      await trx('drawer').insert({ id: 10, held: 'glue' });
    },
  ]) {
    await t.throwsAsync(() => during(work), { code: '23505' });
  }
  const refused = during(async (transaction) => {
    await transaction.run(put, [10, 'tape']);
    throw new Error('no');
  });
  await t.throwsAsync(refused, { message: 'no' });
  t.deepEqual(await held(10), []);
  await during(({ trx }) => trx.transaction((inner) => inner('drawer').insert({ id: 10, held: 'string' })));
  t.deepEqual(await held(10), ['string']);
});

test.serial('What was tried within a transaction is undone alone', async (t) => {
  await during(async ({ trx }) => {
    await trx('drawer').insert({ id: 20, held: 'wire' });
    const tried = trx.transaction((inner) => inner('drawer').insert({ id: 20, held: 'more wire' }));
    await t.throwsAsync(tried, { code: '23505' });
    await trx('drawer').insert({ id: 21, held: 'rope' });
  });
  t.deepEqual(await held(20), ['wire', 'rope']);
});

test.serial(
  'A last statement takes its transaction along, and a connection that was refused one serves the next',
  async (t) => {
    for (let n = 0; n < 20; n++) {
      const id = 100 + n;
      await during((transaction) => transaction.last(put, [id, 'alone'], 'put_into_drawer'));
      await t.throwsAsync(
        during((transaction) => transaction.last(put, [id, 'again'], 'put_into_drawer')),
        { code: '23505' },
      );
      await during(async (transaction) => {
        await transaction.later(put, [id + 100, 'before'], 'put_into_drawer');
        const { rows } = await transaction.last<{ held: string }>(`${put} RETURNING held`, [id + 200, 'behind']);
        t.deepEqual(rows, [{ held: 'behind' }]);
      });
      const behind = during(async (transaction) => {
        await transaction.later(put, [id + 300, 'before'], 'put_into_drawer');
        await transaction.last(put, [id, 'again'], 'put_into_drawer');
      });
      await t.throwsAsync(behind, { code: '23505' });
      t.deepEqual((await services.knex.raw('SELECT ?::int AS n', [n])).rows, [{ n }]);
    }
    t.deepEqual(new Set(await held(100)), new Set(['alone', 'before', 'behind']));
    t.is((await held(400)).length, 0);
  },
);
