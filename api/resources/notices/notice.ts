import { resource } from '../declaration.ts';
import { boolean, choice, reference, text, timestamp } from '../fields.ts';
import { noticeHooks } from './notice-hooks.ts';

/** Shown now, to the asking person. */
const meant = `{visible} AND ({expires} IS NULL OR {expires} >= {now}) AND ({target} IS NULL OR EXISTS (
  SELECT 1 FROM user_groups AS mine WHERE mine.group_id = {target} AND mine.user_id = {me}))`;

export const notice = resource('notice', {
  role: 'admin',
  area: 'people',
  table: 'notice',
  title: ['Notice', 'Notices'],
  description:
    'Something to tell people. Everybody who is signed in reads those that are shown now and meant for them.',
  fields: {
    title: text({ maxLength: 120 }),
    message: text({ maxLength: 5000, help: 'Plain text: markup is shown as it is written.' }),
    style: choice(
      {
        primary: 'Primary',
        secondary: 'Secondary',
        success: 'Success',
        danger: 'Danger',
        warning: 'Warning',
        info: 'Info',
        light: 'Light',
        dark: 'Dark',
      },
      { default: 'info' },
    ),
    priority: choice(
      { 0: 'Very high', 1: 'High', 2: 'Normal', 3: 'Low', 4: 'Very low' },
      { default: 2, help: 'The highest come first.' },
    ),
    timestamp: timestamp({ readOnly: true, help: 'When it was written.' }),
    user: reference('user', { nullable: true, readOnly: true, help: 'Who wrote it.' }),
    target: reference('group', { nullable: true, help: 'For members of this group only; null: for everybody.' }),
    expires: timestamp({ nullable: true, help: 'Shown until then; null: until somebody hides it.' }),
    visible: boolean({ default: true }),
  },
  label: '{title}',
  search: ['title', 'message'],
  order: ['priority', '-timestamp'],
  filters: {
    current: { flag: `(${meant})`, help: 'Only those shown now to whoever asks; of use to those who look after them.' },
    expires_after: { path: 'expires', match: 'gte' },
    expires_before: { path: 'expires', match: 'lt' },
  },
  tabs: {
    current: { label: 'Shown now', sql: meant },
    all: { label: 'All', sql: 'true' },
  },
  own: { sql: meant, may: ['view'] },
  hooks: noticeHooks,
  rest: [{ path: 'notices/notice', style: 'ids' }],
});
