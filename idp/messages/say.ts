import { type KeysOf, type SharedKey, sharedMessages } from '../../shared/messages/say.ts';
import { readMessages, speakerOf } from '../../shared/messages/speaker.ts';
import type confirm from './en/confirm.json';
import type consent from './en/consent.json';
import type device from './en/device.json';
import type problems from './en/problems.json';
import type secondFactor from './en/second-factor.json';
import type signIn from './en/sign-in.json';
import type words from './en/words.json';

/** What the identity provider can say. */
export type Key =
  | SharedKey
  | KeysOf<{
      confirm: typeof confirm;
      consent: typeof consent;
      device: typeof device;
      problems: typeof problems;
      'second-factor': typeof secondFactor;
      'sign-in': typeof signIn;
      words: typeof words;
    }>;

export const speaker = speakerOf<Key>(sharedMessages, readMessages(import.meta.dirname));
export const { say, rich } = speaker;
