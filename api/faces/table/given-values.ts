import type { Row } from '../../resources/declaration.ts';
import { listOf } from './input.ts';
import type { Tabled, TableField } from './tabled.ts';

/**
 * A write's body as field names to raw values, with Laravel's habits: the empty text is null; lists come in JSON or as
 * forms write them; what an answer showed may be sent back, `{value, label}` included. Unknown names are passed over.
 */
export function givenValues({ fields }: Tabled, body: Row): Row {
  const given: Row = {};
  for (const [name, field] of fields) {
    const raw = Object.hasOwn(body, name) ? body[name] : undefined;
    if (raw !== undefined && field.writable) given[name] = givenValue(field, raw);
  }
  return given;
}

/** One value of a write. */
export function givenValue({ field }: Pick<TableField, 'field'>, raw: unknown): unknown {
  switch (field.kind) {
    case 'many':
    case 'texts': {
      if (raw === null || raw === '') return [];
      return listOf(raw).map((one) => (field.kind === 'many' ? numberOf(one) : one));
    }
    case 'reference':
      return raw === '' ? null : numberOf(raw);
    case 'text':
      if (field.file) return raw === '' ? null : addressOf(raw);
      if (raw !== null && raw !== '') return raw;
      // A column that can't be null says «nothing» by the empty text.
      return field.nullable ? null : field.blank ? '' : raw;
    case 'json':
      return raw;
    default:
      return raw === '' ? null : raw;
  }
}

/** What was shown of a file stands for its address. */
const addressOf = (raw: unknown): unknown => (typeof raw === 'object' && raw !== null && 'url' in raw ? raw.url : raw);

/** `{value, label}` stands for its value. */
const numberOf = (raw: unknown): unknown =>
  typeof raw === 'object' && raw !== null && 'value' in raw ? raw.value : raw;
