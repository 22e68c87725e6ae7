import type { Resource } from '../declaration.ts';
import { authLogRecord } from './auth-log-record.ts';
import { authToken } from './auth-token.ts';
import { group } from './group.ts';
import { owner } from './owner.ts';
import { ruleset } from './ruleset.ts';
import { user } from './user.ts';

/** People, in the order in which the API root names them. */
export const people: readonly Resource[] = [user, group, ruleset, owner, authToken, authLogRecord];
