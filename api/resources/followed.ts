import { boolean, computed, type Field } from './fields.ts';

/** Whether the asking person follows a row of a resource. Who may change the row may say so as they write it. */
export const followed = (resource: string): Field => ({
  ...computed(
    boolean({ help: 'You follow it.' }),
    `EXISTS (SELECT 1 FROM subscriptions AS f WHERE f.resource = '${resource}' AND f.object_id = {id} AND f.user_id = {me})`,
  ),
  readOnly: false,
  follows: true,
});
