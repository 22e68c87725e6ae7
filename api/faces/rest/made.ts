import type { Context } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import { sendJson } from '../../answer.ts';
import type { Action } from '../../resources/declaration.ts';
import type { Projection } from '../../store/projection.ts';
import type { Store } from '../../store/store.ts';
import { sendText } from './answer.ts';
import { withSentBody } from './sent-body.ts';
import type { Spelled } from './spelling.ts';

/** Makes what a body describes, and answers it. */
export async function create(
  ctx: Context,
  store: Store,
  principal: Principal,
  spelled: Spelled,
  projection: Projection,
): Promise<void> {
  const texts = await withSentBody(ctx, store, principal, spelled, 'add', (given) =>
    store.createShown(principal, projection, given),
  );
  if (spelled.spelling.createsList) return sendText(ctx, 201, `[${texts.join(',')}]`);
  const text = texts[0] ?? '{}';
  if (spelled.idKey === 'url') ctx.set('Location', JSON.parse(text).url);
  sendText(ctx, 201, text);
}

/** Prints what an action on a row answered: what it made, what it says, or else the row as it now is. */
export async function sendDone(
  ctx: Context,
  store: Store,
  principal: Principal,
  projection: Projection,
  id: number,
  action: Action,
  answered: Readonly<Record<string, unknown>> | undefined,
): Promise<void> {
  const status = action.answersCreated || action.makes ? 201 : 200;
  if (action.makes) {
    const ids = (answered?.ids ?? []) as readonly number[];
    return sendText(ctx, status, `[${(await shown(store, principal, projection, ids)).join(',')}]`);
  }
  if (answered) return sendJson(ctx, status, answered);
  sendText(ctx, status, await store.show(principal, projection, id));
}

/** Rows just made, as JSON texts. */
async function shown(
  store: Store,
  principal: Principal,
  projection: Projection,
  ids: readonly number[],
): Promise<string[]> {
  const texts: string[] = [];
  for (const id of ids) texts.push(await store.show(principal, projection, id));
  return texts;
}
