import { resource } from '../declaration.ts';
import { boolean, integer, reference, text, timestamp } from '../fields.ts';
import { occupancyActions } from './actions.ts';
import { clash } from './clash.ts';
import { occupancyHooks } from './hooks.ts';
import { bookableOptions, occupancy, ownerOptions } from './occupancy.ts';

export const booking = resource('booking', {
  ...occupancy,
  table: 'booking',
  title: ['Booking', 'Bookings'],
  description:
    'A host for somebody, for at most 31 days. With «add» people book for themselves and look after their own; ' +
    'booking for others takes «change». Deleting cancels: it stays in the records.',
  fields: {
    start: timestamp({ help: 'Not before today.' }),
    end: timestamp({ help: 'The first moment that is free again; at most 31 days after the start.' }),
    comment: text({ maxLength: 300, help: 'What it is for.' }),
    timestamp: timestamp({ readOnly: true, help: 'When it was made.' }),
    mail_start_reminder_sent: boolean({ readOnly: true }),
    mail_end_reminder_sent: boolean({ readOnly: true }),
    mail_end_sent: boolean({ readOnly: true }),
    import_id: integer({ nullable: true, help: 'Its number in the system that it was taken over from.' }),
    bookable: reference('bookable', { options: bookableOptions }),
    owner: reference('user', {
      caller: true,
      options: ownerOptions,
      help: 'Who it is for; whoever asks when left out.',
    }),
  },
  clash,
  hooks: occupancyHooks('booking'),
  actions: occupancyActions('booking'),
  rest: [{ path: 'booking/booking', style: 'ids' }],
});
