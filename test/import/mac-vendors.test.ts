import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { importMacVendors } from '../../api/import/mac-vendors/import.ts';
import type { Progress } from '../../api/import/progress.ts';
import { readCsv } from '../../api/import/read-csv.ts';
import { type Running, start } from '../harness/index.ts';
import { runImport, summaryOf } from './run-import.ts';

let q: Running;
let as: string;
let folder: string;
test.before(async () => {
  q = await start();
  as = await q.tokenFor(await q.person({ username: 'root', superuser: true }));
  folder = await mkdtemp(join(tmpdir(), 'quartermaster-import-'));
});
test.after.always(async () => {
  await q?.close();
  await rm(folder, { recursive: true, force: true });
});

const silent: Progress = { start() {}, step() {}, stop() {} };
const head = 'Registry,Assignment,Organization Name,Organization Address\r\n';
async function fileOf(text: string): Promise<string> {
  const file = join(folder, 'register.csv');
  await writeFile(file, text);
  return file;
}
const take = async (text: string) => importMacVendors(q.knex, await readCsv(await fileOf(text)), silent);
const vendorOf = async (mac: string) => {
  const { body } = await q.json<{ vendor: string }[]>(`/api/live/unknown/?mac=${mac}`, { as });
  return body[0]?.vendor;
};

test.serial('An unknown device shows whom its address was given to, once a register was imported', async (t) => {
  const macs = ['ac:de:48:00:00:01', 'ac:de:48:a0:00:01', 'ac:de:48:a0:b0:01', '00:00:5e:00:53:01'];
  const results = macs.map((mac, n) => ({ mac, ip: `192.168.0.${n + 1}` }));
  await q.fetch('/api/live/ingest', { as, json: { agentident: 'test', results } });
  t.is(await vendorOf('ac:de:48:00:00:01'), 'unknown');

  const register = `\uFEFF${head}MA-L,ACDE48,"Example ""Large"", Inc.","1 Street\r\nTown"\r\nMA-M,ACDE48A,Example Medium,x\r\nMA-S,ACDE48A0B,Example Small,x\r\n`;
  const first = await runImport(q.services.config.databaseUrl, 'mac-vendors', await fileOf(register));
  t.is(first.code, 0, first.err);
  t.deepEqual(summaryOf(first), { 'MAC prefix': [3, 3, 0, 0] });
  t.deepEqual(await Promise.all(macs.map(vendorOf)), [
    'Example "Large", Inc.',
    'Example Medium',
    'Example Small',
    'unknown',
  ]);
  t.is((await take(register)).written, 0);
});

test.serial('A register brings changes, names several owners, and leaves what others brought', async (t) => {
  const tallies = await take(`${head}MA-L,ACDE48,Successor,x\nMA-L,ACDE48,Another,x\nMA-L,ACDE48,Successor,x\n`);
  t.is(tallies.written, 1);
  t.is(await vendorOf('ac:de:48:00:00:01'), 'Successor / Another');
  t.is(await vendorOf('ac:de:48:a0:b0:01'), 'Example Small');
});

test.serial('A file that is no register is refused whole, with the line and the reason', async (t) => {
  for (const [text, says] of [
    ['', /^The file: a register with Assignment and Organization Name is required/],
    ['a,b\n1,2\n', /^The file: a register/],
    [`${head}MA-L,123456,Fine,x\nMA-L,12,Short,x\n`, /^Line 3, Assignment: 6, 7 or 9 hexadecimal digits/],
    [`${head}MA-L,123456,,x\n`, /^Line 2, Organization Name: a name is required/],
    [`${head}MA-L,123456\n`, /register\.csv, line 2: this is not CSV/],
    [`${head}MA-L,123456,"open,x\n`, /register\.csv, line \d: this is not CSV/],
  ] as const) {
    const { message } = (await t.throwsAsync(() => take(text), undefined, text)) ?? { message: '' };
    t.regex(message, says);
  }
  t.is((await q.knex('mac_vendor').where({ prefix: '123456' })).length, 0);
});
