import type { Endpoint } from '../../me/endpoint.ts';
import { change, read } from './change.ts';
import { create } from './create.ts';
import { list } from './list.ts';
import { remove, removeSeveral } from './remove.ts';

/** Files and links that hang on rows. */
export const attachmentEndpoints: readonly Endpoint[] = [
  list,
  create,
  removeSeveral,
  read,
  change('put', 'attachment_update'),
  change('patch', 'attachment_partial_update'),
  remove,
];
