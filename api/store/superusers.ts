import type { Operation } from '../../shared/access/decide.ts';

/** What looking after the installation takes: a superuser, and of a token its widest scope. */
export const superusers: Operation = { who: 'superuser', scopes: ['a:superuser'] };
