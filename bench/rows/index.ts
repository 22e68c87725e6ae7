import type { Row } from '../row.ts';
import { book } from './book.ts';
import { cold } from './cold.ts';
import { count } from './count.ts';
import { create } from './create.ts';
import { cursor } from './cursor.ts';
import { detail } from './detail.ts';
import { list } from './list.ts';
import { neighbours } from './neighbours.ts';
import { search } from './search.ts';
import { signIns } from './sign-ins.ts';
import { size } from './size.ts';
import { stream } from './stream.ts';
import { sweep } from './sweep.ts';
import { flow, introspect, refresh, token } from './tokens.ts';
import { unprepared } from './unprepared.ts';
import { workers } from './workers.ts';

/** The rows of the table, in its order. */
export const rows: readonly Row[] = [
  detail,
  list,
  count,
  search,
  cursor,
  create,
  stream,
  book,
  size,
  neighbours,
  cold,
  workers,
  unprepared,
  token,
  refresh,
  flow,
  introspect,
  signIns,
  sweep,
];
