import { readFile } from 'node:fs/promises';

/** What a process has used so far. */
export interface Usage {
  /** Milliseconds of processor time. */
  readonly cpu: number;
  /** Bytes of memory that it holds. */
  readonly rss: number;
}

/** Ticks a second in Linux's figures for programs, whatever the kernel's own clock. */
const ticks = 100;

/** Reads what Linux tells of a process; null elsewhere, and when it is gone. */
export async function usageOf(pid: number | undefined): Promise<Usage | null> {
  const [stat, status] = await Promise.all(
    ['stat', 'status'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => null)),
  );
  if (!stat || !status) return null;
  // The name in parentheses may hold anything; the figures come after it.
  const figures = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return { cpu: ((Number(figures[11]) + Number(figures[12])) * 1000) / ticks, rss: Number(rss) * 1024 };
}
