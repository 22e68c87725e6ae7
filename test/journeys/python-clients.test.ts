import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import test from 'ava';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start } from '../harness/index.ts';

const run = promisify(execFile);
const libraries = { authlib: 'Authlib', 'requests-oauthlib': 'requests-oauthlib' } as const;

/** A Python that has both: Debian's own where another comes first. */
const python = (
  await Promise.all(
    ['python3', '/usr/bin/python3'].map((each) =>
      run(each, ['-c', 'import authlib, requests_oauthlib']).then(
        () => each,
        () => null,
      ),
    ),
  )
).find((each) => each !== null);

let q: Running;
test.before(async () => {
  if (python) q = await start();
});
test.after.always(() => q?.close());

for (const [library, name] of Object.entries(libraries)) {
  test(`${name} signs a person in, checks who it was, calls the API, refreshes and revokes`, async (t) => {
    if (!python) {
      t.log('Skipped: no Python with both here (Debian: apt-get install python3-authlib python3-requests-oauthlib).');
      t.pass();
      return;
    }
    const person = await q.person({ username: library, password: 'correct horse battery', rights: { host: ['view'] } });
    const client = spawn(python, [join(import.meta.dirname, 'python-clients.py'), library, q.url]);
    t.teardown(() => client.kill());
    let troubles = '';
    client.stderr.on('data', (chunk: Buffer) => {
      troubles += chunk.toString();
    });
    const closed = once(client, 'close');
    const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
    const { value: address } = await lines.next();
    if (typeof address !== 'string') return t.fail(troubles);

    const browser = new FormBrowser(q.url);
    let page = await browser.signIn(await browser.open(address), person);
    if (page.html.includes('name="decision"')) page = await browser.submit(page, { decision: 'allow' });
    client.stdin.end(`${page.url}\n`);
    const { value: last } = await lines.next();
    await closed;
    t.is(last, 'ok', troubles);
  });
}
