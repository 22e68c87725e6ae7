import type { Hooks } from '../declaration.ts';

/** Whoever writes a notice is its author. */
export const noticeHooks: Hooks = {
  beforeWrite({ before, values, principal }) {
    if (!before) values.user = principal.person?.id ?? null;
  },
};
