import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'ava';
import { makeApiToken } from '../../shared/identity/api-tokens.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
const folder = join(import.meta.dirname, '..', '..', 'examples');
const hasPython = spawnSync('python3', ['-c', 'import requests']).status === 0;

test.before(async () => {
  q = await start();
  await q.knex.raw(`
    INSERT INTO host_hardware (name) VALUES ('PowerEdge R640');
    INSERT INTO host (hostname, hardware_id, status) SELECT 'example-' || n, h.id, 'active'
      FROM generate_series(1, 8) AS n, host_hardware AS h;
    INSERT INTO bookable (host_id, status) SELECT id, 'active' FROM host;
    INSERT INTO card_type (name) VALUES ('SFP+');
    INSERT INTO card (cardtype_id) SELECT id FROM card_type;
    INSERT INTO stock_location (name) VALUES ('Shelf'), ('Drawer');
    INSERT INTO part (name) VALUES ('Screw M3');
    INSERT INTO stock_item (part_id, quantity, location_id)
      SELECT p.id, 100, (SELECT min(id) FROM stock_location) FROM part AS p;
  `);
});
test.after.always(() => q?.close());

const worker = (username: string) =>
  q.person({
    username,
    password: 'a long day in the lab',
    rights: {
      host: ['view', 'change'],
      booking: ['view', 'add'],
      part: ['view'],
      stock: ['view', 'change'],
      stock_location: ['view'],
    },
  });

/** Runs an example as somebody would; answers what it printed, with how it ended. */
function run(command: string, script: string, env: Record<string, string>): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      [join(folder, script)],
      { env: { PATH: process.env.PATH, QUARTERMASTER_URL: q.url, ...env } },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}

const login = { QUARTERMASTER_PASSWORD: 'a long day in the lab' };

for (const [script, username] of [
  ['cores.py', 'cora'],
  ['inventree.py', 'ines'],
] as const) {
  test.serial(`examples/${script} does its day's work`, async (t) => {
    if (!hasPython) {
      t.log('Skipped: there is no python3 with requests here.');
      t.pass();
      return;
    }
    const person = await worker(username);
    const { code, output } = await run('python3', script, { ...login, QUARTERMASTER_USERNAME: username });
    t.is(code, 0, output);
    t.regex(output, /Booked .*\n(.*\n)*Done\n$/);
    t.is((await q.knex('occupancy').where({ owner_id: person.id })).length, 1);
    if (script === 'cores.py') t.truthy((await q.knex('card').first('host_id'))?.host_id);
    else t.regex(output, /Attached count\.txt/);
    if (script === 'inventree.py')
      t.is((await q.knex('api_tokens').where({ user_id: person.id }).whereNull('revoked_at')).length, 0);
  });
}

test.serial("examples/atrocore.js does its day's work", async (t) => {
  const person = await worker('attila');
  const { code, output } = await run(process.execPath, 'atrocore.js', { ...login, QUARTERMASTER_USERNAME: 'attila' });
  t.is(code, 0, output);
  t.regex(output, /Booked .*\n(.*\n)*Done\n$/);
  t.is((await q.knex('occupancy').where({ owner_id: person.id })).length, 1);
});

test.serial("examples/qore.js does its day's work", async (t) => {
  const person = await worker('quentin');
  const wish = { userId: person.id, name: 'laptop', spelling: 'qore', scopes: null, expiresAt: null } as const;
  const { clear } = await makeApiToken(q.knex, wish);
  const { code, output } = await run(process.execPath, 'qore.js', { QUARTERMASTER_TOKEN: clear });
  t.is(code, 0, output);
  t.regex(output, /Booked .*\n(.*\n)*Done\n$/);
  t.is((await q.knex('occupancy').where({ owner_id: person.id })).length, 1);
  t.is((await q.fetch('/api/me', { as: `Bearer ${clear}` })).status, 401);
});
