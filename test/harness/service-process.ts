import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const project = join(import.meta.dirname, '..', '..');

/** Lets programs of ours share what Node has made of the sources, wherever they run. */
export const compileCache = { NODE_COMPILE_CACHE: join(project, 'node_modules', '.cache', 'compiled') };

/** A program of ours in a process of its own, as npm would start it. */
export interface ServiceProcess {
  /** Where it listens. */
  readonly url: string;
  readonly child: ChildProcess;
  /** All it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Ends it with a signal and waits until it is gone. @returns its exit code, null when the signal killed it */
  close(signal?: NodeJS.Signals): Promise<number | null>;
}

type Running = Omit<ServiceProcess, 'url'> & { readonly gone: Promise<number | null> };

/**
 * Starts a program (`api/main.ts`, `idp/main.ts`, `main.ts`) on a free port and waits until it serves. It ends with the
 * test process at the latest.
 */
export function startProcess(
  main: string,
  env: Record<string, string>,
  args: readonly string[] = [],
): Promise<ServiceProcess> {
  const { gone, ...running } = launch(main, env, args);
  return new Promise((resolve, reject) => {
    running.child.stdout?.on('data', () => {
      const url = /"listening":"([^"]+)"/.exec(running.stdout())?.[1];
      if (url) resolve({ ...running, url });
    });
    gone.then((code) =>
      reject(new Error(`${main} ended with ${code} before it served:\n${running.stdout()}${running.stderr()}`)),
    );
    running.child.once('error', reject);
  });
}

/** Runs a program that is meant to end by itself. */
export async function runProcess(
  main: string,
  env: Record<string, string>,
  args: readonly string[] = [],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const running = launch(main, env, args);
  const code = await running.gone;
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

function launch(main: string, env: Record<string, string>, args: readonly string[]): Running {
  const child = spawn(
    process.execPath,
    ['--import', join(import.meta.dirname, 'end-with-parent.ts'), join(project, main), ...args],
    {
      // Not the project's folder, so that nobody's .env gets into a test.
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', ...compileCache, ...env, LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const collect = (stream: 'stdout' | 'stderr') => {
    let said = '';
    child[stream]?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    return () => said;
  };
  // «close», not «exit»: by then all output has come.
  const gone = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    gone,
    stdout: collect('stdout'),
    stderr: collect('stderr'),
    close(signal = 'SIGTERM') {
      child.kill(signal);
      return gone;
    },
  };
}
