import { linkPathOf, type Spelled } from '../faces/rest/spelling.ts';
import { type Field, hasNumbers } from '../resources/fields.ts';
import { resourceNamed } from '../resources/index.ts';
import type { Style } from './field-schema.ts';

/** Texts by what fields are called; others get a name in the words of the field. */
const texts: Readonly<Record<string, string>> = {
  hostname: 'lab-042',
  serial_no: 'SN-20417',
  serial: '1005',
  username: 'ada',
  first_name: 'Ada',
  last_name: 'Lovelace',
  email: 'ada@example.org',
  purchase_price_currency: 'EUR',
  link: 'https://example.org/',
  comment: 'Regression run',
  comments: 'Two ports, copper',
  details: 'Second power supply replaced',
  description: 'Found in the second drawer',
  notes: 'Handle with gloves',
};

/** A value that the field takes, as a spelling writes it. */
export function exampleOf(name: string, field: Field, style: Style): unknown {
  if (field.example !== undefined && !field.target) return field.example;
  switch (field.kind) {
    case 'reference':
      return referenceExample(field, style);
    case 'many':
      return [referenceExample(field, style)];
    case 'integer':
      return field.default ?? Math.max(1, field.minimum ?? 1);
    case 'decimal':
      return field.as === 'text' ? '9.5' : 25;
    case 'boolean':
      return field.default ?? true;
    case 'choice': {
      const first = Object.keys(field.choices ?? {})[0] ?? '';
      return field.default ?? (hasNumbers(field) ? Number(first) : first);
    }
    case 'timestamp':
      return name === 'end' ? '2030-01-15T17:00:00Z' : '2030-01-14T09:00:00Z';
    case 'date':
      return '2030-01-14';
    case 'interface':
      return '10.0.0.42/32';
    case 'address':
      return '10.0.0.42';
    case 'network':
      return '10.0.0.0/24';
    case 'mac':
      return 'a0:36:9f:af:12:34';
    case 'texts':
      return ['spare'];
    case 'json':
      return null;
    case 'text':
      return (texts[name] ?? `A ${name.replaceAll('_', ' ')}`).slice(0, field.maxLength);
  }
}

function referenceExample(field: Field, style: Style): unknown {
  if (style !== 'hyperlinked' || !field.target) return 1;
  return `${linkPathOf(resourceNamed(field.target))}1/`;
}

/** A body that creates a row: what is required, and what the declaration gives an example of. */
export const createExample = ({ keys, spelling }: Spelled): Record<string, unknown> =>
  Object.fromEntries(
    keys
      .filter(({ field, required, writable }) => writable && (required || field.example !== undefined))
      .map(({ key, name, field }) => [key, exampleOf(name, field, spelling.style)]),
  );

/** A body that changes one thing of a row: the first that need not be given, else the first of all. */
export function changeExample({ keys, spelling }: Spelled): Record<string, unknown> {
  const writable = keys.filter(({ writable, field }) => writable && !field.inputOnly && !field.superuserOnly);
  const key =
    writable.find(({ name }) => /^(status|comment|comments|details|description|notes)$/.test(name)) ??
    writable.find(({ required }) => !required) ??
    writable[0];
  return key ? { [key.key]: exampleOf(key.name, key.field, spelling.style) } : {};
}
