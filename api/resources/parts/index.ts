import type { Resource } from '../declaration.ts';
import { part } from './part.ts';
import { partCategory } from './part-category.ts';
import { stockItem } from './stock-item.ts';
import { stockLocation } from './stock-location.ts';
import { stockTracking } from './stock-tracking.ts';

/** Parts and their stock, in the order in which the API root names them. */
export const parts: readonly Resource[] = [partCategory, part, stockLocation, stockItem, stockTracking];
