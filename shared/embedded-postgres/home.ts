import { chmod, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../config.ts';
import type { Account } from './account.ts';
import { keptFile, readIfThere } from './kept-file.ts';
import { succeeds } from './program.ts';

/** Where root keeps the data of clones that only root can look into. */
const reachableByAll = '/var/lib/quartermaster';

/**
 * The folder that holds the embedded database, its password and the secret key: DATA_DIR, or, when the account that
 * PostgreSQL runs as can't get there (below root's own home), a folder of its own that DATA_DIR's file `location` names.
 */
export async function findHome(dataDir: string, account: Account | null): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: account ? 0o711 : 0o700 });
    if (!account || (await canEnter(dataDir, account))) return await realpath(dataDir);
    const pointer = join(dataDir, 'location');
    const pointed = (await readIfThere(pointer)) ?? (await pointElsewhere(pointer));
    await mkdir(pointed, { recursive: true, mode: 0o711 });
    return await realpath(pointed);
  } catch (error) {
    throw new ConfigError(`DATA_DIR can not be used: ${(error as Error).message}`);
  }
}

/** A folder in which the account can make things: for databases that live no longer than their process. */
export async function passingHome(parent: string, prefix: string, account: Account | null): Promise<string> {
  const place = !account || (await canEnter(parent, account)) ? parent : '/tmp';
  const home = await mkdtemp(join(place, prefix));
  if (account) await chmod(home, 0o711);
  return home;
}

async function pointElsewhere(pointer: string): Promise<string> {
  await mkdir(reachableByAll, { recursive: true, mode: 0o711 });
  const mine = await mkdtemp(join(reachableByAll, 'data-'));
  await chmod(mine, 0o711);
  const agreed = await keptFile(pointer, () => mine);
  if (agreed !== mine) await rm(mine, { recursive: true, force: true });
  return agreed;
}

const canEnter = (folder: string, account: Account): Promise<boolean> =>
  succeeds('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], account);
