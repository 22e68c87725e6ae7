import type { Context } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import type { Projection } from '../../store/projection.ts';
import type { Store } from '../../store/store.ts';
import { sendArray, sendText } from './answer.ts';
import { type Parameters, parseQuery, writeCursor } from './parse-query.ts';
import type { Spelled } from './spelling.ts';

/** Answers a list: the bare array, or a page in its envelope. */
export async function list(
  ctx: Context,
  store: Store,
  publicUrl: string,
  principal: Principal,
  spelled: Spelled,
  projection: Projection,
  parameters: Parameters,
): Promise<void> {
  const query = parseQuery(spelled, parameters);
  const answered = await store.list(principal, projection, query);
  const { page } = query;
  if (page.kind === 'all') return sendArray(ctx, answered);
  const link = (change: Record<string, string | null>) =>
    JSON.stringify(`${publicUrl}${ctx.path}?${withParameters(ctx.querystring, change)}`);
  if (page.kind === 'cursor') {
    const next = answered.next ? link({ cursor: writeCursor(answered.next) }) : 'null';
    return sendText(ctx, 200, `{"next":${next},"previous":null,"results":${answered.text}}`);
  }
  const count = answered.count ?? 0;
  const { limit, offset } = page;
  const next = offset + limit < count ? link({ offset: String(offset + limit) }) : 'null';
  const before = offset - limit;
  const previous = offset === 0 ? 'null' : link({ offset: before > 0 ? String(before) : null });
  // Clients that know nothing of estimates read the count alone.
  const mark = answered.countIsEstimate ? '"count_is_estimate":true,' : '';
  if (answered.countIsEstimate) ctx.set('X-Count-Is-Estimate', 'true');
  sendText(ctx, 200, `{"count":${count},${mark}"next":${next},"previous":${previous},"results":${answered.text}}`);
}

function withParameters(querystring: string, change: Record<string, string | null>): string {
  const parameters = new URLSearchParams(querystring);
  for (const [name, value] of Object.entries(change)) {
    if (value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  return parameters.toString();
}
