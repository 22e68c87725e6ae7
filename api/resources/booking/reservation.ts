import { resource } from '../declaration.ts';
import { boolean, reference, text, timestamp } from '../fields.ts';
import { occupancyActions } from './actions.ts';
import { clash } from './clash.ts';
import { occupancyHooks } from './hooks.ts';
import { bookableOptions, occupancy, ownerOptions } from './occupancy.ts';

export const reservation = resource('reservation', {
  ...occupancy,
  table: 'reservation',
  title: ['Reservation', 'Reservations'],
  description:
    'A host for somebody, for long or until further notice. Making one takes «change» on bookings. Its owner may ' +
    'give it back early. Deleting cancels: it stays in the records.',
  takes: { add: 'change' },
  fields: {
    start: timestamp({ help: 'May lie in the past.', example: '2030-02-01T00:00:00Z' }),
    end: timestamp({ nullable: true, help: 'The first moment that is free again; null: until further notice.' }),
    comment: text({ maxLength: 300, help: 'What it is for.', example: 'Build farm until further notice' }),
    timestamp: timestamp({ readOnly: true, help: 'When it was made.' }),
    mail_start_reminder_sent: boolean({ readOnly: true }),
    mail_last_nag: timestamp({
      nullable: true,
      readOnly: true,
      help: 'When its owner was last asked whether it is still needed.',
    }),
    bookable: reference('bookable', { options: bookableOptions }),
    owner: reference('user', {
      caller: true,
      options: ownerOptions,
      help: 'Who it is for; whoever asks when left out.',
    }),
  },
  clash,
  hooks: occupancyHooks('reservation'),
  actions: occupancyActions('reservation'),
  rest: [{ path: 'booking/reservation', style: 'ids' }],
});
