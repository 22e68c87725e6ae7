import type { Action } from '../declaration.ts';

/** Lets somebody in again. They get back what their groups give, so it takes holding all of that. */
const activate: Action = {
  label: 'Activate',
  async run(change) {
    await change.update('user', change.before?.id as number, { is_active: true });
    return undefined;
  },
};

/** Ends all of somebody's access at once: nobody signs in as them, and none of their tokens works. */
const deactivate: Action = {
  label: 'Deactivate',
  confirm: true,
  async run(change) {
    await change.update('user', change.before?.id as number, { is_active: false });
    return undefined;
  },
};

export const activation = { activate, deactivate };
