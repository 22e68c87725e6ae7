import test from 'ava';
import pg from 'pg';
import { openDatabase } from '../../shared/database.ts';
import { migrate } from '../../shared/migrations.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshServices } from '../harness/index.ts';

let services: Services;
test.before(async () => {
  services = await freshServices();
});
test.after.always(() => services && closeServices(services));

test('a start in a database that may not have the trigram extension says so in one line', async (t) => {
  const { config } = services;
  const admin = new pg.Client({ connectionString: config.databaseUrl });
  await admin.connect();
  const name = `bare_${process.pid}`;
  // Someone who may make tables there and nothing else.
  await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'bare'`);
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(config.databaseUrl);
  url.pathname = `/${name}`;
  const owner = new pg.Client({ connectionString: url.href });
  await owner.connect();
  await owner.query(`REVOKE CREATE ON DATABASE ${name} FROM PUBLIC`);
  await owner.query(`GRANT CREATE ON SCHEMA public TO ${name}`);
  await owner.end();
  url.username = name;
  url.password = 'bare';
  const { knex, pool } = await openDatabase({ ...config, databaseUrl: url.href });
  const refused = await t.throwsAsync(migrate(knex));
  t.regex(refused?.message ?? '', /permission denied to create extension "pg_trgm"; search needs it: /);
  t.notRegex(refused?.message ?? '', /\n/);
  await knex.destroy();
  await pool.end();
  await admin.query(`DROP DATABASE ${name}`);
  await admin.query(`DROP ROLE ${name}`);
  await admin.end();
});
