import { type KeysOf, type SharedKey, sharedMessages } from '../../shared/messages/say.ts';
import { readMessages, speakerOf } from '../../shared/messages/speaker.ts';
import type words from './en/words.json';

/** What the identity provider can say. */
export type Key =
  | SharedKey
  | KeysOf<{
      words: typeof words;
    }>;

export const speaker = speakerOf<Key>(sharedMessages, readMessages(import.meta.dirname));
export const { say, rich } = speaker;
