import { ConfigError } from '../config.ts';
import { run, succeeds } from './program.ts';

/** A system account that PostgreSQL runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const name = 'postgres';

/**
 * PostgreSQL refuses to run as root. As root: the account `postgres`, made when there is none; as anybody else: null,
 * which stands for that user.
 * @throws ConfigError when there is no such account and none can be made
 */
export async function databaseAccount(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  if (!(await succeeds('id', ['-u', name], null))) {
    const made = await succeeds(
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/bin/false', name],
      null,
    );
    // Another process of ours may have made it meanwhile.
    if (!made && !(await succeeds('id', ['-u', name], null))) {
      throw new ConfigError(
        `DATABASE_URL is not set, and PostgreSQL does not run as root: add a system user «${name}», or start as another user`,
      );
    }
  }
  return { uid: Number(await run('id', ['-u', name], null)), gid: Number(await run('id', ['-g', name], null)) };
}
