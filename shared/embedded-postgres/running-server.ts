import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from './kept-file.ts';

/** A server that runs on a cluster, as its `postmaster.pid` tells. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  readonly state: 'starting' | 'ready' | 'stopping';
}

/**
 * The server that runs on the cluster in `data`; null when none does. A file that a crash left, whose number now
 * belongs to another program, is removed: PostgreSQL itself might refuse to start over it.
 */
export async function runningServer(data: string): Promise<RunningServer | null> {
  const file = join(data, 'postmaster.pid');
  const lines = (await readIfThere(file))?.split('\n').map((line) => line.trim());
  const pid = Number(lines?.[0]);
  if (!lines || !(pid > 0) || !isAlive(pid)) return null;
  if (!(await runsOn(pid, data))) {
    await rm(file, { force: true });
    return null;
  }
  const state = lines[7] === 'ready' || lines[7] === 'stopping' ? lines[7] : 'starting';
  return { pid, port: Number(lines[3]), state };
}

/** Whether a process is there, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Whether a process is the server of `data`, and not its defunct rest. Only Linux tells without asking another program;
 * elsewhere the number has to do.
 */
export async function runsOn(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  const words = (await readIfThere(`/proc/${pid}/cmdline`))?.split('\0') ?? [];
  return words.includes(data);
}
