import { sendJson } from '../../answer.ts';
import type { LogEntry } from '../../store/log.ts';
import type { Call } from './call.ts';
import { pageFacts } from './envelope.ts';
import { numberIn } from './input.ts';
import { perPage } from './parse-query.ts';

const events: Readonly<Record<string, string>> = { create: 'created', update: 'updated', delete: 'deleted' };

/** `GET logs/{id}`: what was done to a row, as Laravel's activity log words it. */
export async function showLog(call: Call): Promise<void> {
  const { ctx, store, principal, tabled, publicUrl, id } = call;
  const asked = call.asked();
  const limit = numberIn(asked, 'per_page', perPage);
  const offset = (numberIn(asked, 'page', { usual: 1, most: 1_000_000_000 }) - 1) * limit;
  const { entries, count } = await store.log(principal, tabled.resource, id, { kind: 'offset', limit, offset });
  const url = `${publicUrl}${tabled.path}/logs/${id}`;
  const page = pageFacts({ url, limit, offset, total: count, shown: entries.length, asked: {} });
  sendJson(ctx, 200, { data: entries.map((entry) => print(entry, tabled.name, id)), ...page });
}

function print({ id, action, actor, address, at, ...values }: LogEntry, type: string, subject: number) {
  const event = events[action] ?? action;
  return {
    id,
    event,
    description: event.replaceAll('_', ' '),
    causer: { value: actor.id, label: actor.name },
    subject: { type, id: subject },
    properties: { old: values.old, attributes: values.new },
    ip_address: address,
    created_at: at,
  };
}
