import { readdir, readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';

/** How far Node's helping threads stand back; 19 is the most. */
const niceness = 10;

/**
 * Lets the threads that hash passwords (Node's pool, which also reads files) stand back where processors are short, so
 * that whoever asks for something else does not wait for whoever signs in. Only Linux knows priorities of threads;
 * elsewhere they stay as they are.
 */
export async function letHelpersYield(): Promise<void> {
  const threads = await readdir('/proc/self/task').catch(() => []);
  for (const thread of threads) {
    const name = await readFile(`/proc/self/task/${thread}/comm`, 'utf8').catch(() => '');
    if (name.trim() !== 'libuv-worker') continue;
    try {
      setPriority(Number(thread), niceness);
    } catch {
      // It ended meanwhile, or the system does not let us.
    }
  }
}
