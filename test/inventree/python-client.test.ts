import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { start } from '../harness/index.ts';

const run = promisify(execFile);

/** Whether there is a Python here that has `requests`. */
const hasRequests = await run('python3', ['-c', 'import requests']).then(
  () => true,
  () => false,
);

test('A day of InvenTree’s Python client, request for request', async (t) => {
  if (!hasRequests) {
    t.log('Skipped: there is no Python with requests here (Debian: apt-get install python3-requests).');
    t.pass();
    return;
  }
  const q = await start();
  try {
    const { username, password } = await q.person({
      username: 'py',
      password: 'correct horse battery',
      superuser: true,
    });
    const script = join(import.meta.dirname, 'python-client.py');
    const { stdout } = await run('python3', [script, q.url, username, password], { timeout: 60_000 });
    t.is(stdout.trim(), 'ok');
  } finally {
    await q.close();
  }
});
