import type { Row } from '../../resources/declaration.ts';
import { sendText } from '../rest/answer.ts';
import type { Call } from './call.ts';
import { actionFacts, fieldFacts } from './describe.ts';
import { parseExactly } from './exact-json.ts';
import { deleteAction, fullRow, minimalRow } from './rows.ts';

/** `GET {id}`. */
export async function showRow(call: Call): Promise<void> {
  const { ctx, store, principal, tabled, sees, id, wanted } = call;
  if (wanted === 'minimal') {
    return sendText(ctx, 200, `{"data":${await store.get(principal, minimalRow(tabled, 'detail'), id)}}`);
  }
  sendText(ctx, 200, detailText(call, await store.get(principal, fullRow(tabled, 'detail', sees), id)));
}

/** Answers a row that was just written; a client that wants little gets its number. */
export async function sendWritten(call: Call, status: number, id: number): Promise<void> {
  const { ctx, store, principal, tabled, sees, wanted } = call;
  if (wanted === 'minimal') return sendText(ctx, status, JSON.stringify({ data: { id } }));
  sendText(ctx, status, detailText(call, await store.show(principal, fullRow(tabled, 'detail', sees), id)));
}

/** A row with all that draws its page: its fields one by one, and what this caller may do to it. */
function detailText({ tabled, sees }: Call, text: string): string {
  const { actions, ...data } = parseExactly(text) as Row & { actions: string[] };
  const shown = [...tabled.fields.values()].filter((field) => field.shown);
  const fields = shown.map((field) => ({ ...fieldFacts(tabled, field), value: data[field.name] ?? null }));
  const permissions = { update: actions.includes('edit'), delete: actions.includes(deleteAction) };
  return JSON.stringify({ data, fields, actions: actionFacts(tabled, sees, actions), permissions });
}
