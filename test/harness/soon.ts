import { setTimeout as sleep } from 'node:timers/promises';

/** What is answered once every process heard of a change: the status, when it is the one that is waited for or after a second. */
export async function soon(wanted: number, ask: () => Promise<{ readonly status: number }>): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const { status } = await ask();
    if (status === wanted || tries === 50) return status;
    await sleep(20);
  }
}
