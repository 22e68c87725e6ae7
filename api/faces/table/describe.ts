import type { Permission } from '../../../shared/access/roles.ts';
import type { Action } from '../../resources/declaration.ts';
import { type Field, hasNumbers, isRequired } from '../../resources/fields.ts';
import type { Sight } from '../../store/sight.ts';
import { labelOf } from '../rest/describe.ts';
import { deleteAction, rowActions } from './rows.ts';
import { type Tabled, type TableField, typeOfField } from './tabled.ts';

/** Whether to offer something to somebody: for all rows, or for their own. */
export const may = ({ resource, offered }: Tabled, sees: Sight, permission: Permission): boolean =>
  offered.includes(permission) && sees(resource, permission) !== 'nothing';

/** A column as `columns` describes it. */
export function columnFacts(tabled: Tabled, { name, field, label, type, sortable, searchable }: TableField) {
  return {
    name,
    label,
    type,
    sortable,
    searchable,
    visible: true,
    ...choiceFacts(field),
    ...(field.target && { options_url: optionsUrl(tabled, name) }),
  };
}

/** A field as forms describe it, its value aside. */
export function fieldFacts(tabled: Tabled, { name, field, label, type, writable, required }: TableField) {
  return {
    name,
    label,
    type,
    required,
    readonly: !writable,
    help: field.help ?? null,
    ...(field.maxLength && { max_length: field.maxLength }),
    ...(field.minimum !== undefined && { min: field.minimum }),
    ...(field.maximum !== undefined && { max: field.maximum }),
    ...choiceFacts(field),
    ...(field.target && writable && { options_url: optionsUrl(tabled, name) }),
  };
}

/** What can be done to rows, as far as this caller may. */
export const actionFacts = (tabled: Tabled, sees: Sight, names?: readonly string[]) =>
  rowActions(tabled)
    .filter(([name, wanted]) => (names ? names.includes(name) : sees(tabled.resource, wanted) !== 'nothing'))
    .flatMap(([name]) => {
      if (name === deleteAction) return [{ name, label: 'Delete', confirm: true, fields: [] }];
      const action = tabled.resource.actions?.[name];
      return action
        ? [{ name, label: action.label, confirm: action.confirm ?? false, fields: inputFacts(action) }]
        : [];
    });

const inputFacts = ({ input = {} }: Action) =>
  Object.entries(input).map(([name, field]) => ({
    name,
    label: labelOf(name),
    type: typeOfField(field),
    required: isRequired(field),
    help: field.help ?? null,
    ...choiceFacts(field),
  }));

/** The values of a choice with what people call them, in the form that options have. */
export const choiceOptions = (field: Field) =>
  Object.entries(field.choices ?? {}).map(([value, label]) => ({
    label,
    value: hasNumbers(field) ? Number(value) : value,
  }));

const choiceFacts = (field: Field) => (field.choices ? { options: choiceOptions(field) } : {});

const optionsUrl = ({ path }: Tabled, name: string): string => `${path}/field/${name}/options`;
