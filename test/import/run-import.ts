import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';

const root = join(import.meta.dirname, '..', '..');
const data = join(root, '..', 'shared', 'data');

/** Path of a file of real data. */
export const realFile = (name: string): string => join(data, name);

/** A test that needs real data; where that is not there it is skipped and says so. */
export function withReal(name: string): (title: string, body: (t: ExecutionContext) => Promise<void>) => void {
  if (existsSync(realFile(name))) return (title, body) => test.serial(title, body);
  return (title, body) => test.skip(`${title} (skipped: ${name} is not there)`, body);
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the import as people do, on the database at this address. */
export function runImport(databaseUrl: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      DATABASE_URL: databaseUrl,
      SECRET_KEY: 'a secret key for tests, long enough to pass',
    };
    const child = spawn(process.execPath, [join(root, 'api/import/main.ts'), ...args], { cwd: root, env });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** The summary's rows: model to read, written, unchanged, skipped. */
export function summaryOf({ out }: Ended): Record<string, number[]> {
  const rows = out.matchAll(/^(\S+(?: \S+)?)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)$/gm);
  return Object.fromEntries([...rows].map(([, model, ...counts]) => [model, counts.map(Number)]));
}
