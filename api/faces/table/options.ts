import { sendJson } from '../../answer.ts';
import type { Row } from '../../resources/declaration.ts';
import { type Options, optionsOf } from '../../store/options.ts';
import { NotFound } from '../../store/refusals.ts';
import type { Call } from './call.ts';
import { choiceOptions } from './describe.ts';
import { pageFacts } from './envelope.ts';
import { numberIn, objectIn, textIn } from './input.ts';
import { perPage } from './parse-query.ts';
import type { TableField } from './tabled.ts';

/** Options of a form's field that come along with it; more of them are at its `options_url`. */
const inForm = { kind: 'offset', limit: 100, offset: 0 } as const;

/** A heading, or something to choose. */
type Item =
  | { readonly group: string; readonly disable: true }
  | { readonly label: string; readonly description?: string; readonly value: number | string };

/** `GET field/{field}/options`: what can be chosen, searched by `query` and narrowed by the form's `state`. */
export async function showOptions(call: Call): Promise<void> {
  const { ctx, store, principal, tabled, publicUrl, named } = call;
  const found = tabled.fields.get(named);
  if (!found || !hasOptions(found)) throw new NotFound('This field has no options.');
  const asked = call.asked();
  const typed = textIn(asked, 'query') ?? '';
  const limit = numberIn(asked, 'per_page', perPage);
  const offset = (numberIn(asked, 'page', { usual: 1, most: 1_000_000_000 }) - 1) * limit;
  const form = stateIn(asked);
  const url = `${publicUrl}${tabled.path}/field/${found.name}/options`;
  const answer = (data: readonly Item[], total: number, shown: number) =>
    sendJson(ctx, 200, {
      data,
      ...pageFacts({ url, limit, offset, total, shown, asked: { query: typed || null, state: form } }),
    });

  if (found.field.choices) {
    const choices = choiceOptions(found.field).filter(({ label }) => label.toLowerCase().includes(typed.toLowerCase()));
    const shown = choices.slice(offset, offset + limit);
    return answer(shown, choices.length, shown.length);
  }
  const page = { kind: 'offset', limit, offset } as const;
  const options = await optionsOf(store, principal, found.name, found.field, { typed, form, page });
  answer(items(options), options.count, options.rows.length);
}

/** Whether a field's values are chosen from a list. */
export const hasOptions = ({ field }: TableField): boolean =>
  field.kind === 'reference' || field.kind === 'many' || field.choices !== undefined;

/** The options of a field as a form shows them at first. */
export async function formOptions(
  { store, principal }: Call,
  { name, field }: TableField,
  form: Row,
): Promise<readonly Item[]> {
  if (field.choices) return choiceOptions(field);
  return items(await optionsOf(store, principal, name, field, { typed: '', form, page: inForm }));
}

/** The form as it stands, among what was asked; `{value, label}` stands for its value. */
export const stateIn = (asked: Row): Row =>
  Object.fromEntries(
    Object.entries(objectIn(asked, 'state')).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null && 'value' in value ? value.value : value,
    ]),
  );

function items({ rows, under }: Options): Item[] {
  const list: Item[] = [];
  let group: string | null | undefined;
  for (const { value, label, hint, under: above } of rows) {
    if (under && above !== group) {
      group = above;
      list.push({ group: above ?? `No ${under.title[0].toLowerCase()}`, disable: true });
    }
    list.push({ label, ...(hint !== null && { description: hint }), value });
  }
  return list;
}
