import { readdir, readFile } from 'node:fs/promises';

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
  const figures = figuresIn(stat);
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return { cpu: ((Number(figures[11]) + Number(figures[12])) * 1000) / ticks, rss: Number(rss) * 1024 };
}

/** The name in parentheses may hold anything; the figures come after it. */
const figuresIn = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

/** Of a kernel that was built as Debian and others build theirs. */
const pageBytes = 4096;

/** What a process and those that it started hold, with all that any it ever started has taken; null where nobody tells. */
export async function familyUsageOf(pid: number | null | undefined): Promise<Usage | null> {
  const stats = await Promise.all(
    (await readdir('/proc').catch(() => []))
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')),
  );
  const sum = { cpu: 0, rss: 0 };
  let found = false;
  for (const stat of stats) {
    const figures = figuresIn(stat);
    const own = Number.parseInt(stat, 10) === pid;
    if (!own && Number(figures[1]) !== pid) continue;
    // Its own, and those of children that ended.
    const counted = own ? [11, 12, 13, 14] : [11, 12];
    for (const n of counted) sum.cpu += (Number(figures[n]) * 1000) / ticks;
    sum.rss += Number(figures[21]) * pageBytes;
    found = true;
  }
  return found ? sum : null;
}
