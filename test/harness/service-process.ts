import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const project = join(import.meta.dirname, '..', '..');

/** A service in a process of its own, as `npm run start:…` would start it. */
export interface ServiceProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Ends it with SIGTERM and waits until it is gone. @returns its exit code */
  close(): Promise<number | null>;
}

/**
 * Starts a service (`api/main.ts`, `idp/main.ts`, `main.ts`) on a free port and waits until it listens. It ends with
 * the test process at the latest.
 */
export function startProcess(
  main: string,
  env: Record<string, string>,
  args: readonly string[] = [],
): Promise<ServiceProcess> {
  const child = spawn(
    process.execPath,
    ['--import', join(import.meta.dirname, 'end-with-parent.ts'), join(project, main), ...args],
    {
      // Not the project's folder, so that nobody's .env gets into a test.
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', ...env, LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const close = () => {
    child.kill('SIGTERM');
    return gone;
  };
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    createInterface({ input: child.stdout! }).on('line', (line) => {
      said += `${line}\n`;
      const url = /"listening":"([^"]+)"/.exec(line)?.[1];
      if (url) resolve({ url, child, close });
    });
    child.once('exit', (code) => reject(new Error(`${main} ended with ${code} before it listened:\n${said}`)));
    child.once('error', reject);
  });
}
