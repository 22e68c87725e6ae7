import { atConsole } from '../audit.ts';
import { ConfigError, loadConfig, loadEnvFile } from '../config.ts';
import { closeServices, openServices, type Services } from '../services.ts';
import { listSigningKeys, loadSigningKeys } from './read.ts';
import { replaceSigningKeys, rotateSigningKeys } from './rotate.ts';

const help = `npm run keys -- list             shows the keys that sign tokens or did
npm run keys -- rotate           lets the next keys sign; tokens signed before go on being valid
npm run keys -- rotate --leaked  throws all keys away; every access token ends at once

Running processes follow at once, without a restart.`;

process.exitCode = await run(process.argv.slice(2).join(' '));

/** @returns the exit code: 0 done, 1 not done, 2 the command line is at fault */
async function run(command: string): Promise<number> {
  const commands: Readonly<Record<string, (services: Services) => Promise<number>>> = {
    list,
    rotate,
    'rotate --leaked': replace,
  };
  const chosen = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (!chosen) {
    const asked = command === '--help' || command === '-h';
    (asked ? console.log : console.error)(help);
    return asked ? 0 : 2;
  }
  try {
    loadEnvFile();
    const services = await openServices(loadConfig({ LOG_LEVEL: 'warn', ...process.env }), { role: 'keys' });
    try {
      await loadSigningKeys(services.knex, services.config.secretKey);
      return await chosen(services);
    } finally {
      await closeServices(services);
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 1;
  }
}

async function list({ knex }: Services): Promise<number> {
  for (const { kid, alg, state, state_since } of await listSigningKeys(knex)) {
    console.log(`${state.padEnd(8)}  ${alg}  ${kid}  since ${state_since.toISOString()}`);
  }
  return 0;
}

async function rotate(services: Services): Promise<number> {
  const rotation = await rotateSigningKeys(services, atConsole);
  if ('notBefore' in rotation) {
    console.error(
      `Not yet: caches may be without the next keys. Rotate again after ${rotation.notBefore.toISOString()}.`,
    );
    return 1;
  }
  console.log(`Signing from now on: ${rotation.signing.join(', ')}.`);
  return 0;
}

async function replace(services: Services): Promise<number> {
  const signing = await replaceSigningKeys(services, atConsole);
  console.log(`The old keys are gone, and what they signed is refused. Signing from now on: ${signing.join(', ')}.`);
  return 0;
}
