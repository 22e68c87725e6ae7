import { type SpawnOptions, spawn } from 'node:child_process';
import type { Account } from './account.ts';

/** A program that ended with another code than 0; the message holds the last line of what it said. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

/** It sees nothing of our environment but PATH: PGDATA, PGPORT and the like would lead it astray. */
export const surroundings = (as: Account | null): SpawnOptions => ({
  env: { PATH: process.env.PATH, LC_ALL: 'C' },
  ...(as && { uid: as.uid, gid: as.gid }),
});

/**
 * Runs a program to its end as the account that owns the database (null: our own) and answers its standard output.
 */
export function run(program: string, args: string[], as: Account | null, folder = '/'): Promise<string> {
  const options: SpawnOptions = {
    ...surroundings(as),
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, options);
    let output = '';
    let errors = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on('error', (error) => reject(new ProgramError(error.message)));
    // «exit», not «close»: a server that pg_ctl leaves behind may keep the pipes open.
    child.on('exit', (code, signal) => {
      if (code === 0) return resolve(output);
      const said = (errors.trim() || output.trim()).split('\n').at(-1) ?? '';
      reject(new ProgramError(`${program.split('/').at(-1)} ended with ${code ?? signal}: ${said}`));
    });
  });
}

/** Whether a program runs and ends with 0. */
export async function succeeds(program: string, args: string[], as: Account | null): Promise<boolean> {
  try {
    await run(program, args, as);
    return true;
  } catch (error) {
    if (error instanceof ProgramError) return false;
    throw error;
  }
}
