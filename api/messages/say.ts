import { type KeysOf, type SharedKey, sharedMessages } from '../../shared/messages/say.ts';
import { readMessages, speakerOf } from '../../shared/messages/speaker.ts';
import type access from './en/access.json';
import type areas from './en/areas.json';
import type booking from './en/booking.json';
import type browse from './en/browse.json';
import type home from './en/home.json';
import type lettersOfBookings from './en/letters-of-bookings.json';
import type lettersOfTokens from './en/letters-of-tokens.json';
import type problem from './en/problem.json';
import type refusals from './en/refusals.json';
import type search from './en/search.json';
import type values from './en/values.json';

/** What the pages of the resource API can say. */
export type Key =
  | SharedKey
  | KeysOf<{
      access: typeof access;
      areas: typeof areas;
      booking: typeof booking;
      browse: typeof browse;
      home: typeof home;
      'letters-of-bookings': typeof lettersOfBookings;
      'letters-of-tokens': typeof lettersOfTokens;
      problem: typeof problem;
      refusals: typeof refusals;
      search: typeof search;
      values: typeof values;
    }>;

export const speaker = speakerOf<Key>(sharedMessages, readMessages(import.meta.dirname));
export const { say, rich } = speaker;
