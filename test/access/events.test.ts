import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import pg from 'pg';
import { openEvents } from '../../shared/events.ts';
import { openLog } from '../../shared/log.ts';
import { freshDatabase } from '../harness/index.ts';

const log = openLog('silent', 'test');

async function open() {
  const connectionString = await freshDatabase();
  const events = await openEvents({ connectionString, log });
  const client = new pg.Client({ connectionString });
  await client.connect();
  const close = async () => {
    await events.close();
    await client.end();
  };
  return { events, client, close };
}

test('what the database tells is heard by kind, and junk does no harm', async (t) => {
  const { events, client, close } = await open();
  const heard: unknown[] = [];
  const stop = events.on('person', (payload) => {
    heard.push(payload);
  });
  events.on('person', () => {
    throw new Error('a listener that fails');
  });
  const tell = (text: string) => client.query('SELECT pg_notify($1, $2)', ['quartermaster', text]);
  for (const text of ['not json', 'null', '[]', '{"unknown":1}', '{"person":7}', '{"session":"ab"}']) await tell(text);
  await sleep(200);
  t.deepEqual(heard, [{ person: 7 }]);
  stop();
  await tell('{"person":8}');
  await sleep(200);
  t.is(heard.length, 1);
  t.false(events.isDeaf());
  await close();
});

test('a broken line is mended, and whoever remembers things is told', async (t) => {
  const { events, client, close } = await open();
  let reconnected = 0;
  let settled = false;
  events.on('reconnected', async () => {
    reconnected++;
    await sleep(50);
    settled = true;
  });
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'quartermaster events'`,
  );
  for (let i = 0; i < 100 && !settled; i++) await sleep(20);
  t.is(reconnected, 1);
  t.false(events.isDeaf());
  const heard: number[] = [];
  events.on('apiToken', ({ apiToken }) => {
    heard.push(apiToken);
  });
  await client.query(`SELECT pg_notify('quartermaster', '{"apiToken":3}')`);
  await sleep(200);
  t.deepEqual(heard, [3]);
  await close();
});
