import type { Knex } from 'knex';
import { ConfigError, loadConfig, loadEnvFile } from '../../shared/config.ts';
import { closeServices, openServices } from '../../shared/services.ts';
import { importDeviceTypes } from './device-types/import.ts';
import { importInventree } from './inventree/import.ts';
import { importMacVendors } from './mac-vendors/import.ts';
import { help, type Kind, readOptions } from './options.ts';
import { ImportProblem } from './problem.ts';
import { type Progress, terminalProgress } from './progress.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import type { Tallies } from './tally.ts';

/** What has been read, ready to be written. */
type Import = (knex: Knex, progress: Progress) => Promise<Tallies>;

/** How a file of each kind is read and taken over: all of it, or when anything is wrong nothing. */
const importers: Readonly<Record<Kind, (file: string) => Promise<Import>>> = {
  inventree: reading(readJson, importInventree),
  'device-types': reading(readJson, importDeviceTypes),
  'mac-vendors': reading(readCsv, importMacVendors),
};

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
  const take = await importers[kind](file);
  loadEnvFile();
  const services = await openServices(loadConfig({ LOG_LEVEL: 'warn', ...process.env }), { role: 'import' });
  const progress = terminalProgress();
  try {
    return await take(services.knex, progress);
  } finally {
    progress.stop();
    await closeServices(services);
  }
}

function reading<T>(
  read: (file: string) => Promise<T>,
  write: (knex: Knex, content: T, progress: Progress) => Promise<Tallies>,
): (file: string) => Promise<Import> {
  return async (file) => {
    const content = await read(file);
    return (knex, progress) => write(knex, content, progress);
  };
}
