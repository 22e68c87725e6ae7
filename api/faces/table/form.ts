import { sendJson } from '../../answer.ts';
import type { Row } from '../../resources/declaration.ts';
import { Invalid } from '../../store/refusals.ts';
import type { Call } from './call.ts';
import { fieldFacts } from './describe.ts';
import { parseExactly } from './exact-json.ts';
import { textIn } from './input.ts';
import { formOptions, hasOptions, stateIn } from './options.ts';
import { fullRow } from './rows.ts';
import type { TableField } from './tabled.ts';

/** `GET create`: the form for a new row; with `reloadRelatedOptions`, the options of one field beside the rest. */
export async function showForm(call: Call): Promise<void> {
  const defaults = Object.fromEntries(formFields(call).map(({ name, field }) => [name, field.default ?? null]));
  await answer(call, defaults);
}

/** `GET {id}/edit`: the same with what the row holds. Only for rows that the caller may change. */
export async function showEditForm(call: Call): Promise<void> {
  const { store, principal, tabled, sees, id } = call;
  const row = parseExactly(await store.get(principal, fullRow(tabled, 'detail', sees), id, 'change')) as Row;
  await answer(call, Object.fromEntries(formFields(call).map(({ name }) => [name, row[name] ?? null])));
}

const formFields = ({ tabled }: Call): TableField[] => [...tabled.fields.values()].filter(({ writable }) => writable);

async function answer(call: Call, values: Row): Promise<void> {
  const { ctx, tabled, wanted } = call;
  const asked = call.asked();
  const given = stateIn(asked);
  const state = { ...numbers(values), ...given };
  const reloaded = fieldToReload(call, asked);
  if (reloaded) {
    const relatedOptions = await formOptions(call, reloaded, state);
    if (wanted === 'minimal') return sendJson(ctx, 200, { [reloaded.name]: { relatedOptions } });
    const field = { ...fieldFacts(tabled, reloaded), value: state[reloaded.name] ?? null, relatedOptions };
    return sendJson(ctx, 200, { resource: tabled.name, fields: { [reloaded.name]: field }, state });
  }
  const shown = formFields(call);
  if (wanted === 'minimal') return sendJson(ctx, 200, { state });
  const fields: Row = {};
  for (const one of shown) {
    fields[one.name] = {
      ...fieldFacts(tabled, one),
      value: Object.hasOwn(given, one.name) ? given[one.name] : values[one.name],
      ...(hasOptions(one) && { relatedOptions: await formOptions(call, one, state) }),
    };
  }
  const layout = [{ label: tabled.resource.title[0], fields: shown.map(({ name }) => name) }];
  sendJson(ctx, 200, { resource: tabled.name, fields, layout, state });
}

/** The field whose options are asked for again; null when the whole form is. @throws Invalid */
function fieldToReload(call: Call, asked: Row): TableField | null {
  const action = asked.action;
  const name = typeof action === 'object' && action !== null && 'name' in action ? action.name : action;
  const first = asked.initial_request;
  if (isNothing(name) || first === true || first === 'true') return null;
  if (name !== 'reloadRelatedOptions')
    throw new Invalid({ action: ['The one action of forms is reloadRelatedOptions.'] });
  const wanted = textIn(asked, 'field');
  if (wanted === null) throw new Invalid({ field: ['This field is required.'] });
  const found = formFields(call).find((field) => field.name === wanted);
  if (!found || !hasOptions(found)) throw new Invalid({ field: ['This form has no such field with options.'] });
  return found;
}

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === '';

/** What a write would take: `{value, label}` by its value. */
const numbers = (values: Row): Row =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value.map(numberOf) : numberOf(value)]),
  );

const numberOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'value' in value && 'label' in value ? value.value : value;
