import test from 'ava';
import { migrate } from '../../shared/migrations.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshServices } from '../harness/index.ts';

let services: Services;
test.before(async () => {
  services = await freshServices();
});
test.after.always(() => closeServices(services));

test.serial(
  'migrating a database that is up to date changes nothing, also from several processes at once',
  async (t) => {
    t.deepEqual(await Promise.all([migrate(services.knex), migrate(services.knex), migrate(services.knex)]), [
      [],
      [],
      [],
    ]);
  },
);

test.serial('a migration that was killed does not lock the next one out', async (t) => {
  await services.knex('knex_migrations_lock').update({ is_locked: 1 });
  t.deepEqual(await migrate(services.knex), []);
});

test.serial('a database that a newer version has written is refused in words', async (t) => {
  await services.knex('knex_migrations').insert({ name: '999_later.ts', batch: 99, migration_time: new Date() });
  await t.throwsAsync(migrate(services.knex), { name: 'ConfigError', message: /^DATABASE_URL .*newer version/ });
  await services.knex('knex_migrations').where({ name: '999_later.ts' }).delete();
});

test('dates, large integers and exact decimals come back as they are written', async (t) => {
  const { rows } = await services.pool.query(
    `SELECT '2026-03-01'::date AS day, 9007199254740993::int8 AS large, 1.10::numeric AS exact, count(*)::int AS count FROM generate_series(1, 3)`,
  );
  t.deepEqual(rows[0], { day: '2026-03-01', large: '9007199254740993', exact: '1.10', count: 3 });
});
