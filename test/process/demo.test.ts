import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { type ServiceProcess, startProcess } from '../harness/index.ts';

let dataDir: string;
test.before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'quartermaster-demo-'));
});
test.after.always(async () => {
  const elsewhere = await readFile(join(dataDir, 'location'), 'utf8').catch(() => '');
  for (const folder of [elsewhere.trim(), dataDir].filter(Boolean)) await rm(folder, { recursive: true, force: true });
});

const start = () => startProcess('main.ts', { DATA_DIR: dataDir }, ['--demo']);

/** The request that the banner tells visitors to paste, made. */
async function pasted(service: ServiceProcess): Promise<Response> {
  let line: RegExpExecArray | null = null;
  while (!line) {
    line = /curl -u (\S+) '([^']+)'/.exec(service.stdout());
    if (!line) await sleep(50);
  }
  const [, login = '', url = ''] = line;
  return fetch(url, { headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` } });
}

test.serial('the demo shows a lab of about 120 hosts to whoever pastes the line from its banner', async (t) => {
  const service = await start();
  const answer = await pasted(service);
  t.is(answer.status, 200);
  const { count, results } = (await answer.json()) as { count: number; results: unknown[] };
  t.true(count > 100 && count < 140, `${count} hosts`);
  t.is(results.length, 3);
  t.regex(service.stdout(), /^ {4}admin +keys-to-the-stores +do everything$/m);
  t.is(await service.close(), 0);
});

test.serial('started again, the demo keeps what was written', async (t) => {
  const first = await start();
  const headers = {
    authorization: `Basic ${Buffer.from('admin:keys-to-the-stores').toString('base64')}`,
    'content-type': 'application/json',
  };
  const made = await fetch(`${first.url}/api/inventory/building/`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ code: 'NEW' }),
  });
  t.is(made.status, 201, await made.clone().text());
  await first.close();

  const second = await start();
  const list = await fetch(`${second.url}/api/inventory/building/?code=NEW`, { headers });
  t.is(((await list.json()) as unknown[]).length, 1);
  t.is(((await (await pasted(second)).json()) as { count: number }).count, 120);
  await second.close();
});
