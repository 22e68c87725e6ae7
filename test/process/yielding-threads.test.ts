import { readdir, readFile } from 'node:fs/promises';
import test from 'ava';
import { freshDatabase, startProcess } from '../harness/index.ts';

/** The names of a process's threads, and how far each stands back (proc(5): the 19th field of `stat`). */
async function threadsOf(pid: number): Promise<{ name: string; niceness: number }[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const stats = await Promise.all(threads.map((id) => readFile(`/proc/${pid}/task/${id}/stat`, 'utf8')));
  return stats.map((stat) => {
    const [, name = '', rest = ''] = /\((.*)\) (.*)/.exec(stat) ?? [];
    return { name, niceness: Number(rest.split(' ')[16]) };
  });
}

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('Where processors are short, whoever signs in waits for the others, not they for the hashing', async (t) => {
  const service = await startProcess('test/process/echo-service.ts', {
    DATABASE_URL: await freshDatabase(),
    SECRET_KEY: 'only for tests, only for tests, only for tests',
    ADMIN_PASSWORD: 'a captain goes first',
  });
  t.teardown(() => service.close());
  const threads = await threadsOf(service.child.pid ?? 0);
  const helpers = threads.filter(({ name }) => name === 'libuv-worker');
  t.true(helpers.length >= 4);
  t.deepEqual(new Set(helpers.map(({ niceness }) => niceness)), new Set([10]));
  t.is(threads.find(({ name }) => name !== 'libuv-worker')?.niceness, 0);
});
