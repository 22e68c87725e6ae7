import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentOf } from '../../test/harness/start.ts';
import { median } from '../measure/median.ts';
import { progress } from '../progress.ts';
import type { Bench, Outcome, Row } from '../row.ts';
import type { Stage } from '../stage.ts';

const patience = 30_000;

export const cold: Row = {
  name: 'cold',
  about: '`npm run start:api` to its first answer, npm included',
  async run(bench: Bench): Promise<Outcome> {
    const stage = await bench.stage(bench.hosts);
    const headers = await stage.bearer('r:view:host');
    const taken: number[] = [];
    for (let round = 0; round <= bench.rounds; round++) {
      progress(`cold: start ${round + 1} of ${bench.rounds + 1}`);
      const milliseconds = await startOnce(stage, headers);
      // The first one brings the program from the disk.
      if (round > 0) taken.push(milliseconds);
    }
    return {
      figures: [{ what: 'to the first host that it answers', unit: 'ms', value: median(taken), atMost: 1500 }],
      measured: [],
    };
  },
};

async function startOnce(stage: Stage, headers: Readonly<Record<string, string>>): Promise<number> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn('npm', ['run', '--silent', 'start:api'], {
    cwd: join(import.meta.dirname, '..', '..'),
    env: { ...process.env, ...environmentOf(stage.services.config), HOST: '127.0.0.1', PORT: String(port) },
    stdio: 'ignore',
    detached: true,
  });
  try {
    while (performance.now() - begun < patience) {
      const status = await fetch(`http://127.0.0.1:${port}/api/inventory/host/1/`, { headers }).then(
        async (response) => {
          await response.arrayBuffer();
          return response.status;
        },
        () => null,
      );
      if (status === 200) return performance.now() - begun;
      if (status !== null && status !== 503) throw new Error(`The first answer was ${status}`);
      await sleep(5);
    }
    throw new Error('It did not start in time');
  } finally {
    if (child.pid) process.kill(-child.pid, 'SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
