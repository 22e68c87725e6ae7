import { atConsole } from '../../shared/audit.ts';
import { ConfigError, loadConfig, loadEnvFile } from '../../shared/config.ts';
import { openCarrier } from '../../shared/mail/carrier.ts';
import { deliver } from '../../shared/mail/delivery.ts';
import { closeServices, openServices } from '../../shared/services.ts';
import { apiLetters } from '../mail/api-letters.ts';
import { inWords } from './job.ts';
import { runMaintenance } from './maintenance.ts';
import { runMorning } from './morning.ts';

const jobs = { morning: runMorning, maintenance: runMaintenance };

const help = `npm run jobs -- morning       reminds people of their bookings; for every morning
npm run jobs -- maintenance   puts the records in order; for every night

Each sends the mails that wait, too. Both may run again at any time: nothing is done twice.`;

process.exitCode = await run(process.argv.slice(2));

/** @returns the exit code: 0 done, 1 some of it failed, 2 the command line is at fault */
async function run(args: readonly string[]): Promise<number> {
  const [name = '', ...more] = args;
  if (name === '--help' || name === '-h') {
    console.log(help);
    return 0;
  }
  if (!Object.hasOwn(jobs, name) || more.length > 0) {
    console.error(help);
    return 2;
  }
  try {
    return await runJob(name as keyof typeof jobs);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 1;
  }
}

async function runJob(name: keyof typeof jobs): Promise<number> {
  loadEnvFile();
  const services = await openServices(loadConfig({ LOG_LEVEL: 'warn', ...process.env }), { role: name });
  const carrier = openCarrier(services.config);
  try {
    const { knex, log, config } = services;
    const report = await jobs[name]({ knex, log, config, actor: atConsole });
    console.log(`${name}: ${inWords(report)}.`);
    const mails = await deliver(services, carrier, apiLetters);
    if (mails.sent > 0) console.log(`Mails: ${mails.sent} ${carrier.folder ? `kept in ${carrier.folder}` : 'sent'}.`);
    if (mails.failed > 0) console.error(`Mails: ${mails.failed} could not be sent; they are tried again later.`);
    return report.failed > 0 ? 1 : 0;
  } finally {
    carrier.close();
    await closeServices(services);
  }
}
