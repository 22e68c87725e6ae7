import test from 'ava';
import { checkSessions, settleSessions } from '../../shared/pooler/sessions.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshDatabase, freshServices, runProcess } from '../harness/index.ts';

// PostgreSQL itself in the place of the pooler: what is asked of one, and what is not, can be seen there.
let services: Services;
test.before(async () => {
  const databaseUrl = await freshDatabase();
  services = await freshServices({
    databaseUrl,
    databaseDirectUrl: databaseUrl,
    databasePooler: 'transaction',
    timeZone: 'Asia/Tokyo',
  });
});
test.after.always(() => services && closeServices(services));

test('behind a pooler, sessions have their settings of the role', async (t) => {
  const { rows } = await services.pool.query(`SELECT current_setting('timezone') AS zone, current_setting('jit') AS jit,
    current_setting('statement_timeout') AS patience, current_setting('pg_trgm.word_similarity_threshold') AS likeness`);
  t.deepEqual(rows[0], { zone: 'Asia/Tokyo', jit: 'off', patience: '1min', likeness: '0.4' });
});

test('behind a pooler that forgets statements, none is given a name', async (t) => {
  const named = { name: 'one', text: 'SELECT $1::int AS one', values: [1] };
  const kept = `SELECT count(*)::int AS statements FROM pg_prepared_statements`;
  const client = await services.pool.connect();
  t.deepEqual((await client.query(named)).rows, [{ one: 1 }]);
  t.deepEqual((await client.query(kept)).rows, [{ statements: 0 }]);
  client.release();
  const { rows } = await services.knex.transaction(async (trx) => {
    await trx.raw('SELECT ?::int AS one', [1]).options({ name: 'one' });
    return trx.raw<{ rows: unknown[] }>(kept);
  });
  t.deepEqual(rows, [{ statements: 0 }]);
});

test('sessions that the pooler opened before their settings changed are refused in words', async (t) => {
  const { message } = await t.throwsAsync(checkSessions(services.pool, { timeZone: 'Europe/Berlin' }), {
    name: 'ConfigError',
  });
  t.regex(message, /^DATABASE_URL leads through a pooler .* \(TimeZone\): RECONNECT in its console/);
});

test('the start ends with one line about a way past the pooler that leads nowhere', async (t) => {
  const { code, stderr } = await runProcess('test/process/echo-service.ts', {
    DATABASE_URL: services.config.databaseUrl,
    DATABASE_DIRECT_URL: 'postgres://nobody@127.0.0.1:1/nothing',
    DATABASE_POOLER: 'transaction-prepared',
    SECRET_KEY: services.config.secretKey,
  });
  t.regex(stderr, /^DATABASE_DIRECT_URL can not be used: connect ECONNREFUSED [^\n]+\n$/);
  t.is(code, 1);
});

test('settings that are settled are left as they are', async (t) => {
  t.deepEqual(await settleSessions(services.knex, services.config), []);
});
