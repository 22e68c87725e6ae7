import type { Services } from '../services.ts';
import { makeAuditMonths } from './months.ts';
import { sealAuditTrail } from './seal.ts';

/** How often the months are looked after; hours. */
const monthsEvery = 6;

/** Seals what is settled every few seconds, for as long as the process lives; it keeps no process alive. */
export function startSealer({ knex, config, log }: Services, everySeconds = 5): void {
  let busy = false;
  let monthsDue = 0;
  const run = async () => {
    if (busy) return;
    busy = true;
    try {
      if (Date.now() >= monthsDue) {
        await makeAuditMonths(knex);
        monthsDue = Date.now() + monthsEvery * 3_600_000;
      }
      while ((await sealAuditTrail(knex, config.secretKey)) > 0);
    } catch (error) {
      log.error({ err: error }, 'the audit trail could not be sealed');
    } finally {
      busy = false;
    }
  };
  void run();
  setInterval(run, everySeconds * 1000).unref();
}
