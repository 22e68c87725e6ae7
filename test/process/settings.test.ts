import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import pg from 'pg';
import { loadConfig } from '../../shared/config.ts';
import { configurationPage, configurationText } from '../../shared/config-table.ts';
import { databaseServer } from '../harness/database-server.ts';
import { freshDatabase, runProcess } from '../harness/index.ts';

const secretKey = 'only for tests, only for tests, only for tests';
const nobodyListens = 'postgres://nobody@127.0.0.1:1/nothing';

const outside = { DATABASE_URL: nobodyListens, SECRET_KEY: secretKey };

const wrong: Array<[title: string, env: Record<string, string>, says: RegExp]> = [
  ['a port that is no number', { PORT: 'eighty' }, /^PORT must be a whole number from 0 to 65535$/],
  ['a port that is too high', { PORT: '65536' }, /^PORT must be a whole number from 0 to 65535$/],
  ['a public address with a path', { PUBLIC_URL: 'https://lab.example.org/qm/' }, /^PUBLIC_URL must end after/],
  ['a public address without a scheme', { PUBLIC_URL: 'lab.example.org' }, /^PUBLIC_URL must be an http or https URL$/],
  ['an unknown time zone', { TIME_ZONE: 'Mars/Olympus' }, /^TIME_ZONE must be an IANA time zone/],
  ['an unknown word', { ANONYMOUS_READ: 'some' }, /^ANONYMOUS_READ must be one of none, bookables, all$/],
  ['another kind of database', { DATABASE_URL: 'mysql://db/x' }, /^DATABASE_URL must look like postgres:/],
  ['several databases', { DATABASE_URL: 'postgres://u:p@db1:5432,db2:5432/lab' }, /^DATABASE_URL must name one host: /],
  ['an outside database without a secret key', { DATABASE_URL: nobodyListens }, /^SECRET_KEY is missing: /],
  [
    'a replica of the embedded database',
    { DATABASE_READ_URL: nobodyListens },
    /^DATABASE_READ_URL takes a DATABASE_URL: /,
  ],
  ['a pooler without a way past it', { ...outside, DATABASE_POOLER: 'transaction' }, /^DATABASE_POOLER takes a /],
  ['no processes at all', { WORKERS: '0' }, /^WORKERS must be a whole number from 1 to 64$/],
  ['a short secret key', { SECRET_KEY: 'short' }, /^SECRET_KEY must have at least 32 characters$/],
];

for (const [title, env, says] of wrong) {
  test(`${title} is refused in one line that names the variable`, (t) => {
    const { message } = t.throws(() => loadConfig(env), { name: 'ConfigError' });
    t.regex(message, says);
    t.notRegex(message, /\n/);
  });
}

test('a wrong value ends the start with that line and nothing else', async (t) => {
  const { code, stdout, stderr } = await runProcess('test/process/echo-service.ts', { PORT: 'eighty' });
  t.is(stderr, 'PORT must be a whole number from 0 to 65535\n');
  t.is(stdout, '');
  t.is(code, 1);
});

test('the start ends with one line about a host that is not this machine', async (t) => {
  const { code, stderr } = await runProcess('test/process/echo-service.ts', { HOST: '192.0.2.1' });
  t.regex(stderr, /^HOST 192\.0\.2\.1 can not be listened on: [^\n]+\n$/);
  t.is(code, 1);
});

test('the start ends with one line about a port that is in use', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const { code, stderr } = await runProcess('test/process/echo-service.ts', { PORT: String(port) });
  other.close();
  t.is(stderr, `PORT ${port} is in use on 127.0.0.1: stop what listens there, or set another\n`);
  t.is(code, 1);
});

test('the start ends with one line about a server or database that is not there, or a wrong password', async (t) => {
  const address = await freshDatabase();
  for (const [DATABASE_URL, says] of [
    [nobodyListens, /^DATABASE_URL can not be used: connect ECONNREFUSED [^\n]+\n$/],
    [`${address}_not`, /^DATABASE_URL can not be used: database "\w+_not" does not exist\n$/],
    [
      address.replace(/:[^:@]+@/, ':guess@'),
      /^DATABASE_URL can not be used: password authentication failed for user .*\n$/,
    ],
  ] as const) {
    const { code, stderr } = await runProcess('test/process/echo-service.ts', { DATABASE_URL, SECRET_KEY: secretKey });
    t.regex(stderr, says);
    t.is(code, 1);
  }
});

test('the start ends with one line about a database user who may make no tables', async (t) => {
  const server = new pg.Client({ connectionString: await databaseServer() });
  await server.connect();
  await server.query("CREATE ROLE visitor LOGIN PASSWORD 'visitor'");
  await server.query('CREATE DATABASE strict');
  await server.end();
  const DATABASE_URL = (await databaseServer()).replace(/\/\/.*@/, '//visitor:visitor@').replace(/postgres$/, 'strict');
  const { code, stderr } = await runProcess('test/process/echo-service.ts', { DATABASE_URL, SECRET_KEY: secretKey });
  t.is(stderr, 'DATABASE_URL leads to a database where no tables can be made: permission denied for schema public\n');
  t.is(code, 1);
});

test('the start ends with one line about a password for the superuser that anybody would guess', async (t) => {
  const env = { DATABASE_URL: await freshDatabase(), SECRET_KEY: secretKey, ADMIN_PASSWORD: 'password1' };
  const { code, stderr } = await runProcess('test/process/echo-service.ts', env);
  t.regex(stderr, /^ADMIN_PASSWORD is not good enough: [^\n]+\n$/);
  t.is(code, 1);
});

test('the start ends with one line about a data folder that is a file', async (t) => {
  const file = join(tmpdir(), `quartermaster-not-a-folder-${process.pid}`);
  await writeFile(file, '');
  const { code, stderr } = await runProcess('test/process/echo-service.ts', { DATA_DIR: file });
  await rm(file);
  t.regex(stderr, /^DATA_DIR can not be used: [^\n]+\n$/);
  t.is(code, 1);
});

test('an empty variable counts as not set', (t) => {
  t.is(loadConfig({ PORT: '', PUBLIC_URL: ' ' }).publicUrl, 'http://localhost:8000');
});

test('a public address loses its trailing slash', (t) => {
  t.is(loadConfig({ PUBLIC_URL: 'https://Lab.Example.org/' }).publicUrl, 'https://lab.example.org');
});

test('the page about settings tells what the declaration says', async (t) => {
  t.is(await readFile(configurationPage, 'utf8'), configurationText(), 'npm run config writes it anew');
});
