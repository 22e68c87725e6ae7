import type { Knex } from 'knex';
import type { Logger } from 'pino';
import type { Actor } from '../../shared/audit.ts';
import type { Services } from '../../shared/services.ts';

/** What a job works with. */
export interface JobContext {
  readonly knex: Knex;
  readonly log: Logger;
  readonly config: Services['config'];
  /** Who set it going. */
  readonly actor: Actor;
}

/** What a job did, by what it calls its steps; `failed` counts what could not be done and was passed over. */
export interface JobReport {
  readonly done: Readonly<Record<string, number>>;
  readonly failed: number;
}

/**
 * Does something for each item; `work` opens a transaction for it. One that fails is told in the log and spoils none of
 * the others.
 */
export async function forEach(
  { log }: JobContext,
  step: string,
  ids: readonly number[],
  work: (id: number) => Promise<boolean>,
): Promise<{ done: number; failed: number }> {
  let done = 0;
  let failed = 0;
  for (const id of ids) {
    try {
      if (await work(id)) done += 1;
    } catch (error) {
      failed += 1;
      log.error({ err: error, step, id }, 'one item of a job failed');
    }
  }
  return { done, failed };
}

/** `3 started soon, 1 ended` for people. */
export function inWords({ done, failed }: JobReport): string {
  const steps = Object.entries(done)
    .filter(([, count]) => count > 0)
    .map(([step, count]) => `${step} ${count}`);
  return `${steps.length > 0 ? steps.join(', ') : 'nothing to do'}${failed > 0 ? `; ${failed} failed, see the log` : ''}`;
}
