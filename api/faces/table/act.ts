import { sendJson } from '../../answer.ts';
import { sendText } from '../rest/answer.ts';
import type { Call } from './call.ts';
import { deleteAction, fullRow } from './rows.ts';

/** `POST actions/{action}/{id}`: deletes, or does what the declaration calls so. */
export async function act(call: Call): Promise<void> {
  const { ctx, store, principal, tabled, sees, id, named, wanted } = call;
  const { resource } = tabled;
  if (named === deleteAction) {
    await store.remove(principal, resource, id);
    return sendJson(ctx, 200, { message: 'Deleted.', data: { id, deleted: true } });
  }
  const answer = await store.act(principal, resource, id, named, call.given());
  const message = `${resource.actions?.[named]?.label ?? named}: done.`;
  if (answer) return sendJson(ctx, 200, { message, data: answer });
  if (wanted === 'minimal') return sendJson(ctx, 200, { message, data: { id } });
  const row = await store.show(principal, fullRow(tabled, 'table', sees), id);
  sendText(ctx, 200, `{"message":${JSON.stringify(message)},"data":${row}}`);
}
