import type { Row } from '../row.ts';
import { detail } from './detail.ts';
import { list } from './list.ts';

/** The rows of the table, in its order. */
export const rows: readonly Row[] = [detail, list];
