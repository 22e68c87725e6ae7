import { get } from 'node:http';
import { usageOf } from './usage.ts';

/** What a long answer took. */
export interface Streamed {
  /** Milliseconds to the first byte of the body. */
  readonly firstByte: number;
  readonly milliseconds: number;
  readonly bytes: number;
  /** Bytes by which the server grew at most while it answered; null where nobody tells. */
  readonly grown: number | null;
}

/** Reads an answer to its end and throws it away, watching the memory of whoever sends it. */
export async function stream(
  url: string,
  headers: Readonly<Record<string, string>>,
  pid: number | undefined,
  signal?: AbortSignal,
): Promise<Streamed> {
  const before = await usageOf(pid);
  let most = before?.rss ?? 0;
  const watching = setInterval(async () => {
    most = Math.max(most, (await usageOf(pid))?.rss ?? 0);
  }, 50);
  const begun = performance.now();
  let firstByte = 0;
  let bytes = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      get(url, { headers, signal }, (response) => {
        response.on('data', (chunk: Buffer) => {
          firstByte ||= performance.now() - begun;
          bytes += chunk.length;
        });
        response.once('error', reject);
        response.once('end', () => {
          if (response.statusCode === 200 && response.complete) resolve();
          else reject(new Error(`${url} answers ${response.statusCode}, and not to its end`));
        });
      }).once('error', reject);
    });
  } finally {
    clearInterval(watching);
  }
  return { firstByte, milliseconds: performance.now() - begun, bytes, grown: before ? most - before.rss : null };
}
