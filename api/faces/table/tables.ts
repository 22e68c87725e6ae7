import { resources } from '../../resources/index.ts';
import { tableAll } from './tabled.ts';

/** Every declared resource by the words that paths have for it. */
export const tables = tableAll(resources);
