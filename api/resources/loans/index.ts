import type { Resource } from '../declaration.ts';
import { customer } from './customer.ts';
import { loan } from './loan.ts';

/** Who has our hosts outside, in the order in which the API root names it. */
export const loans: readonly Resource[] = [customer, loan];
