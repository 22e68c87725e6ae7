import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import type { Hits, Order } from './fire.ts';
import type { Shot } from './shots.ts';

/** A load on one server. */
export interface Load {
  readonly url: string;
  readonly shot: Shot;
  readonly headers?: Readonly<Record<string, string>>;
  /** 16 unless said. */
  readonly connections?: number;
  readonly rate?: number;
}

/** Fires a load from a process of its own, and waits for what came of it. */
export async function fire({ url, shot, headers = {}, connections = 16, rate }: Load, seconds: number): Promise<Hits> {
  const order: Order = { url, shot, headers, connections, rate: rate ?? null, seconds };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fire.ts')], { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = text(child.stderr);
  child.stdin.end(JSON.stringify(order));
  try {
    return (await json(child.stdout)) as Hits;
  } catch {
    throw new Error(`The load on ${url} failed: ${await said}`);
  }
}
