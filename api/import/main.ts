import { ConfigError, loadConfig, loadEnvFile } from '../../shared/config.ts';
import { closeServices, openServices } from '../../shared/services.ts';
import { importDeviceTypes } from './device-types/import.ts';
import { importInventree } from './inventree/import.ts';
import { help, type Kind, readOptions } from './options.ts';
import { ImportProblem } from './problem.ts';
import { terminalProgress } from './progress.ts';
import { readJson } from './read-json.ts';
import type { Tallies } from './tally.ts';

const importers = { inventree: importInventree, 'device-types': importDeviceTypes };

process.exitCode = await run(process.argv.slice(2));

/** @returns the exit code: 0 done, 1 the file or the database is at fault, 2 the command line is */
async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if ('help' in options) {
    console.log(help);
    return 0;
  }
  if ('mistake' in options) {
    console.error(`${options.mistake}.\nnpm run import -- --help says more.`);
    return 2;
  }
  try {
    const tallies = await importFile(options.kind, options.file);
    console.log(`\n${tallies}\n`);
    return 0;
  } catch (error) {
    if (error instanceof ImportProblem) console.error(`Nothing was imported. ${error.message}`);
    else if (error instanceof ConfigError) console.error(error.message);
    else throw error;
    return 1;
  }
}

async function importFile(kind: Kind, file: string): Promise<Tallies> {
  const json = await readJson(file);
  loadEnvFile();
  const services = await openServices(loadConfig({ LOG_LEVEL: 'warn', ...process.env }), { role: 'import' });
  const progress = terminalProgress();
  try {
    return await importers[kind](services.knex, json, progress);
  } finally {
    progress.stop();
    await closeServices(services);
  }
}
