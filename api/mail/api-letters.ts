import { bookingLetters } from './letters.ts';
import { tokenLetters } from './token-letters.ts';

/** All letters that the api writes. */
export const apiLetters = { ...bookingLetters, ...tokenLetters };
