import type { Resource } from '../declaration.ts';
import { notice } from './notice.ts';

/** What people are told when they look in. */
export const notices: readonly Resource[] = [notice];
