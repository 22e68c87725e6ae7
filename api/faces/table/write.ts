import { sendJson } from '../../answer.ts';
import { Invalid, NotFound } from '../../store/refusals.ts';
import { sendText } from '../rest/answer.ts';
import type { Call } from './call.ts';
import { givenValue, givenValues } from './given-values.ts';
import { sendWritten } from './row.ts';
import { oneField } from './rows.ts';

/** `POST`: makes a row. Where one create makes several, the answer lists their numbers. */
export async function create(call: Call): Promise<void> {
  const { ctx, store, principal, tabled, publicUrl } = call;
  const ids = await store.create(principal, tabled.resource, { ...givenValues(tabled, call.given()), ...call.files });
  const [id = 0] = ids;
  if (ids.length > 1) return sendJson(ctx, 201, { data: ids.map((one) => ({ id: one })) });
  ctx.set('Location', `${publicUrl}${tabled.path}/${id}`);
  await sendWritten(call, 201, id);
}

/** `PUT {id}`: changes what is given and keeps the rest. */
export async function update(call: Call): Promise<void> {
  const { store, principal, tabled, id } = call;
  await store.update(principal, tabled.resource, id, { ...givenValues(tabled, call.given()), ...call.files }, false);
  await sendWritten(call, 200, id);
}

/** `PUT {id}/inline/{field}`: changes one field; whatever else is sent along is not read. */
export async function updateField(call: Call): Promise<void> {
  const { ctx, store, principal, tabled, sees, id, named, wanted } = call;
  const field = tabled.fields.get(named);
  if (!field) throw new NotFound('There is no such field.');
  if (!field.writable || field.field.inputOnly) throw new Invalid({ [named]: ['This field can not be changed.'] });
  const given = call.given();
  const sent = call.files[named] ?? (Object.hasOwn(given, named) ? givenValue(field, given[named]) : undefined);
  if (sent === undefined) throw new Invalid({ [named]: ['This field is required.'] });
  await store.update(principal, tabled.resource, id, { [named]: sent }, false);
  if (wanted === 'minimal') return sendJson(ctx, 200, { data: { id } });
  if (!field.shown) return sendJson(ctx, 200, { data: { id } });
  sendText(ctx, 200, `{"data":${await store.show(principal, oneField(tabled, field, sees), id)}}`);
}

/** `DELETE {id}`. */
export async function remove({ ctx, store, principal, tabled, id }: Call): Promise<void> {
  await store.remove(principal, tabled.resource, id);
  ctx.status = 204;
}
