import { randomUUID } from 'node:crypto';
import { chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { readIfThere } from './kept-file.ts';
import { run } from './program.ts';
import { isAlive } from './running-server.ts';

/** A PostgreSQL cluster on this machine: its folder, and what it takes to run it. */
export interface Cluster {
  /** The folder with PG_VERSION in it. */
  readonly data: string;
  readonly binaries: Binaries;
  /** Who it runs as; null: we. */
  readonly account: Account | null;
  /** Password of its superuser `quartermaster`. */
  readonly password: string;
}

const superuser = 'quartermaster';

/** The address of a database of the cluster. */
export const urlOf = ({ password }: Cluster, port: number, database: string): string =>
  `postgres://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

/**
 * Makes the cluster when there is none. It is made beside its place and then moved there, so that one that was
 * interrupted is never taken for a whole one, and of several processes at once one wins.
 */
export async function initialise(cluster: Cluster): Promise<void> {
  const { data, account, binaries } = cluster;
  if ((await readIfThere(join(data, 'PG_VERSION'))) !== null) return;
  await removeAbandonedDrafts(data);
  const draft = `${data}.draft-${process.pid}-${randomUUID().slice(0, 8)}`;
  const passwordFile = join(draft, 'password');
  const made = join(draft, 'cluster');
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${cluster.password}\n`, { mode: 0o600 });
    if (account) {
      await chown(draft, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    await run(
      binaries.initdb,
      [
        `--pgdata=${made}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-sync',
      ],
      account,
    );
    await rename(made, data);
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** What an interrupted first start left: drafts of processes that are no more. */
async function removeAbandonedDrafts(data: string): Promise<void> {
  const parent = join(data, '..');
  for (const entry of await readdir(parent)) {
    const maker = entry.startsWith(`${basename(data)}.draft-`) ? Number(entry.split('-')[1]) : Number.NaN;
    if (maker && !isAlive(maker)) await rm(join(parent, entry), { recursive: true, force: true });
  }
}
