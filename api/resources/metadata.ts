import { Type } from 'typebox';
import type { RestSpelling } from './declaration.ts';
import { type Field, json } from './fields.ts';

/** What programs note about a row, by whatever keys they like. */
export const metadata: Field = json(Type.Record(Type.String(), Type.Unknown()), {
  aside: true,
  merges: true,
  default: {},
  help: 'Notes of programs, by keys of their own.',
  example: { colour: 'blue' },
});

/** Where those notes are read and written: by InvenTree's word for the kind of row, and below the rows of `list`. */
export const metadataAt = (model: string, list: string): RestSpelling => ({
  path: `metadata/${model}`,
  olderRow: `${list}/{id}/metadata`,
  style: 'pk',
  keys: ['metadata'],
  offers: ['view', 'change'],
  rowsOnly: true,
  withoutActions: true,
});
