import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resourceNamed, resources } from '../api/resources/index.ts';
import type { Projection } from '../api/store/projection.ts';
import { readList } from '../api/store/read.ts';
import { searchIn, wordsOf } from '../api/store/search.ts';
import { scopeOf } from '../api/store/searched.ts';
import { loadConfig } from '../shared/config.ts';
import { closeServices, openServices } from '../shared/services.ts';
import { fillWithMany } from '../test/store/many-rows.ts';

// `node bench/search.ts`: how long searches take among 100,000 hosts and as many parts, statements and all.

const dataDir = join(tmpdir(), `quartermaster-bench-${process.pid}`);
const services = await openServices(loadConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'error' }), { role: 'bench' });
try {
  await fillWithMany(services.knex);
  const { pool } = services;
  console.log('ms, the middle of 15                     found');
  const measure = async (name: string, run: () => Promise<number>) => {
    const times: number[] = [];
    let found = 0;
    for (let n = 0; n < 20; n++) {
      const start = performance.now();
      found = await run();
      if (n >= 5) times.push(performance.now() - start);
    }
    const middle = times.sort((a, b) => a - b)[7] ?? 0;
    console.log(`${middle.toFixed(1).padStart(7)}  ${name.padEnd(32)}${String(found).padStart(6)}`);
  };
  for (const word of ['zeppelin', 'router', 'resistor', 'osciloscope', 'zzzz', 'e']) {
    for (const name of ['host', 'part', 'all']) {
      const scopes = (name === 'all' ? resources : [resourceNamed(name)]).map((resource) =>
        scopeOf(resource, false, () => 'all'),
      );
      await measure(`search ${name} «${word}»`, async () => {
        const found = await searchIn(pool, scopes, wordsOf(word), null, {});
        return found.reduce((sum, { count }) => sum + count, 0);
      });
    }
    for (const name of ['host', 'part']) {
      const projection: Projection = {
        resource: resourceNamed(name),
        name: 'bench',
        columns: [{ key: 'label', sql: (statement) => statement.path('$label') }],
      };
      const page = { kind: 'offset', limit: 25, offset: 0 } as const;
      await measure(`list ${name} «${word}»`, async () => {
        const query = { where: [], search: wordsOf(word), order: [], page };
        return (await readList(pool, projection, query, null, false)).count ?? 0;
      });
    }
  }
} finally {
  await closeServices(services);
  await rm(dataDir, { recursive: true, force: true });
}
