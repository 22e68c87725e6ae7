import { Readable } from 'node:stream';
import type { Context } from 'koa';
import { sendText } from '../../answer.ts';
import type { ListAnswer } from '../../store/read.ts';

export { sendText };

/** Sends a bare array: whole when it is short, else as it comes out of the database. */
export function sendArray(ctx: Context, answer: ListAnswer): void {
  if (!answer.rows) {
    sendText(ctx, 200, answer.text ?? '[]');
    return;
  }
  const { rows } = answer;
  const body = Readable.from(arrayText(rows), { objectMode: false });
  // Also when nobody begins to read: a HEAD request, a client that has gone.
  body.once('close', () => rows.close());
  rows.lost.addEventListener('abort', () => body.destroy());
  ctx.status = 200;
  ctx.body = body;
  ctx.set('Content-Type', 'application/json');
}

async function* arrayText(batches: AsyncIterable<string[]>): AsyncGenerator<string> {
  let before = '[';
  for await (const batch of batches) {
    yield before + batch.join(',');
    before = ',';
  }
  yield ']';
}
