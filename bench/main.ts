import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runningServer } from '../shared/embedded-postgres/running-server.ts';
import { openEmbeddedPostgres } from '../shared/embedded-postgres.ts';
import { help, readArguments, type Wishes } from './arguments.ts';
import { progress } from './progress.ts';
import { asJson, asText, type Finished, runFacts } from './report.ts';
import type { Bench } from './row.ts';
import { rows } from './rows/index.ts';
import { Stage } from './stage.ts';

// `npm run bench`: every figure that the project names of itself, beside bare servers in the same run. Names of rows
// measure those alone: `npm run bench -- detail list --hosts 10k --json`.

const names = rows.map(({ name }) => name);
let wishes: Wishes;
try {
  const given = readArguments(process.argv.slice(2), names);
  if (!given) {
    console.log(help(names));
    process.exit();
  }
  wishes = given;
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}

const dataDir = join(tmpdir(), `quartermaster-bench-${process.pid}`);
progress('starting PostgreSQL');
const postgres = await openEmbeddedPostgres(dataDir);
const stages = new Map<number, Promise<Stage>>();
const bench: Bench = {
  ...wishes,
  databasePid: (await runningServer(join(postgres.home, 'postgres')))?.pid ?? null,
  stage(hosts) {
    const opened = stages.get(hosts) ?? Stage.open(postgres, hosts, wishes.profiles);
    stages.set(hosts, opened);
    return opened;
  },
};

let ending: Promise<void> | null = null;
const end = () => {
  ending ??= close();
  return ending;
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => end().finally(() => process.exit(130)));
}

const facts = runFacts(wishes);
const finished: Finished[] = [];
try {
  for (const row of rows) {
    if (wishes.rows.length > 0 && !wishes.rows.includes(row.name)) continue;
    const done = await measured(row);
    finished.push(done);
    progress('');
    if (!wishes.json) console.log(`${asText(done)}\n`);
  }
} finally {
  await end();
}
if (wishes.json) console.log(asJson(facts, finished));
else console.log(`${Object.values(facts).join(' · ')}`);
process.exit(0);

async function measured(row: (typeof rows)[number]): Promise<Finished> {
  try {
    return { row, outcome: await row.run(bench), error: null };
  } catch (error) {
    return { row, outcome: null, error: error instanceof Error ? error.message : String(error) };
  }
}

async function close(): Promise<void> {
  progress('ending');
  const opened = await Promise.allSettled(stages.values());
  for (const stage of opened) if (stage.status === 'fulfilled') await stage.value.close();
  await postgres.close();
  await rm(postgres.home, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
  progress('');
}
