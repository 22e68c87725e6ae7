import { decide } from '../../../shared/access/decide.ts';
import type { Principal } from '../../../shared/access/principal.ts';
import type { Permission } from '../../../shared/access/roles.ts';
import type { Action, ListAction } from '../../resources/declaration.ts';
import { type Field, isRequired } from '../../resources/fields.ts';
import { resourceNamed } from '../../resources/index.ts';
import type { Store } from '../../store/store.ts';
import { actionsAt, type Key, linkPathOf, offeredAt, type Spelled } from './spelling.ts';

const types: Readonly<Record<Field['kind'], string>> = {
  integer: 'integer',
  decimal: 'decimal',
  text: 'string',
  boolean: 'boolean',
  choice: 'choice',
  timestamp: 'datetime',
  date: 'date',
  reference: 'related field',
  many: 'list',
  interface: 'string',
  address: 'string',
  network: 'string',
  mac: 'string',
  texts: 'list',
  json: 'field',
};

const initials: ReadonlySet<string> = new Set(['ip', 'mac', 'vm', 'id', 'url', 'nic']);

/** A name as a label: `vm_host` → `VM host`. */
export const labelOf = (name: string): string => {
  const words = name.split('_').map((word) => (initials.has(word) ? word.toUpperCase() : word));
  const label = words.join(' ');
  return label.charAt(0).toUpperCase() + label.slice(1);
};

/** One field as `OPTIONS` describes it. */
function describeKey({ key, name, field, writable, required }: Key) {
  const target = field.target ? resourceNamed(field.target) : undefined;
  return [
    key,
    {
      type: field.image ? 'image upload' : field.file ? 'file upload' : types[field.kind],
      required,
      read_only: !writable,
      label: labelOf(name),
      ...(field.help && { help_text: field.help }),
      ...(field.default !== undefined && { default: field.default }),
      ...(field.blank && field.default === undefined && { default: '' }),
      ...(field.maxLength && { max_length: field.maxLength }),
      ...(field.minimum !== undefined && { min_value: field.minimum }),
      ...(field.maximum !== undefined && { max_value: field.maximum }),
      ...(field.choices && {
        choices: Object.entries(field.choices).map(([value, label]) => ({ value, display_name: label })),
      }),
      ...(target && { model: target.name, api_url: linkPathOf(target) }),
    },
  ];
}

/** The answer to `OPTIONS`: what this path takes, and which writes this caller may do. */
export function describe(
  store: Store,
  principal: Principal,
  spelled: Spelled,
  onRow: boolean,
  actionName: string | null = null,
) {
  const action = actionName === null ? undefined : actionsAt(spelled)[onRow ? 'row' : 'list'][actionName];
  if (action) return describeAction(store, principal, spelled, action);
  const { resource, keys, idKey } = spelled;
  const operations = store.operations(resource);
  const offered = offeredAt(spelled.spelling);
  const may = (permission: Permission) =>
    offered.includes(permission) && decide(principal, operations[permission]).allow !== 'nothing';
  const id = [
    idKey,
    {
      type: idKey === 'url' ? 'field' : 'integer',
      required: false,
      read_only: true,
      label: idKey === 'url' ? 'Url' : 'ID',
    },
  ];
  const fields = Object.fromEntries([id, ...keys.map(describeKey)]);
  return {
    name: onRow ? resource.title[0] : `${resource.title[0]} list`,
    description: resource.description ?? '',
    renders: ['application/json', 'text/html'],
    parses: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
    model: resource.name,
    actions: {
      ...(!onRow && may('add') && { POST: fields }),
      ...(onRow && may('change') && { PUT: fields, PATCH: fields }),
      ...(may('view') && { GET: fields }),
      ...(onRow && may('delete') && { DELETE: {} }),
    },
  };
}

/** What an action takes along, if this caller may do it. */
function describeAction(store: Store, principal: Principal, { resource }: Spelled, action: Action | ListAction) {
  const operation = store.operation(resource, action);
  const keys = Object.entries(action.input ?? {}).map(
    ([name, field]): Key => ({ key: name, name, field, writable: true, required: isRequired(field) }),
  );
  const items = { type: 'list', required: true, read_only: false, label: 'Items' };
  const fields = { ...('items' in action && { items }), ...Object.fromEntries(keys.map(describeKey)) };
  return {
    name: action.label,
    description: '',
    renders: ['application/json', 'text/html'],
    parses: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
    model: resource.name,
    actions: decide(principal, operation).allow === 'nothing' ? {} : { POST: fields },
  };
}
