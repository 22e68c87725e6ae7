import type { Hits } from '../load/fire.ts';
import { fire, type Load } from '../load/load.ts';
import { progress } from '../progress.ts';
import type { Measured, Rounds } from './compare.ts';
import { summed } from './compare.ts';

/** Goes on until it is told to stop, or until so many seconds are over. */
export type Disturbance = (seconds: number, stop: AbortSignal) => Promise<void>;

/** The same load, left alone and while others disturb it, in turn. */
export async function disturbed(
  what: string,
  { load, pid }: { readonly load: () => Load; readonly pid: number | undefined },
  disturbances: readonly Disturbance[],
  { rounds, seconds }: Rounds,
): Promise<{ quiet: Measured; disturbed: Measured }> {
  const quiet: Hits[] = [];
  const noisy: Hits[] = [];
  progress(`${what}: warming up`);
  await fire(load(), 1);
  for (let round = 1; round <= rounds; round++) {
    progress(`${what}: round ${round} of ${rounds}, left alone`);
    quiet.push(await fire(load(), seconds));
    progress(`${what}: round ${round} of ${rounds}, disturbed`);
    const stop = new AbortController();
    const others = Promise.all(disturbances.map((disturb) => disturb(seconds + 1, stop.signal)));
    noisy.push(await fire(load(), seconds));
    stop.abort();
    await others;
  }
  return { quiet: await summed('left alone', pid, quiet), disturbed: await summed('disturbed', pid, noisy) };
}
