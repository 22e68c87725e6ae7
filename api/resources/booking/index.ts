import type { Resource } from '../declaration.ts';
import { bookable } from './bookable.ts';
import { booking as bookingOfAHost } from './booking.ts';
import { reservation } from './reservation.ts';

/** What can be booked, and who has it when, in the order in which the API root names them. */
export const booking: readonly Resource[] = [bookable, bookingOfAHost, reservation];
