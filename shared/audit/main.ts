import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, loadEnvFile } from '../config.ts';
import { closeServices, openServices } from '../services.ts';
import { type Verification, verifyAuditTrail } from './verify.ts';

const help = `npm run audit -- verify                reads the whole audit trail and says whether it is what was sealed
npm run audit -- verify --head <seal>  and whether a seal that an earlier run printed is still in it

Keep the seal that it prints somewhere else: with it, you notice when the newest entries were taken away.`;

process.exitCode = await run(process.argv.slice(2));

/** @returns the exit code: 0 the trail is whole, 1 it isn't or can't be read, 2 the command line is at fault */
async function run(args: readonly string[]): Promise<number> {
  const wish = read(args);
  if (!wish) {
    console.error(help);
    return 2;
  }
  try {
    loadEnvFile();
    const services = await openServices(loadConfig({ LOG_LEVEL: 'warn', ...process.env }), { role: 'audit' });
    try {
      return report(await verifyAuditTrail(services.knex, services.config.secretKey, wish.head));
    } finally {
      await closeServices(services);
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 1;
  }
}

function read(args: readonly string[]): { head: string | null } | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { head: { type: 'string' } },
    });
    const head = values.head ?? null;
    const isSeal = head === null || /^[1-9]\d{0,15}:[0-9a-f]{64}$/.test(head);
    return positionals.join(' ') === 'verify' && isSeal ? { head } : null;
  } catch {
    return null;
  }
}

function report({ faults, blocks, entries, unsealed, begins, cut, head }: Verification): number {
  for (const fault of faults) console.error(fault);
  if (cut) console.log(`The trail begins in ${begins ?? 'no month yet'}; what was before was dropped.`);
  console.log(`${entries} entries under ${blocks} seals, ${unsealed} waiting for theirs.`);
  if (head) console.log(`Last seal: ${head}`);
  if (faults.length > 0) console.error('The audit trail is not what was sealed.');
  else console.log('The audit trail is whole.');
  return faults.length > 0 ? 1 : 0;
}
