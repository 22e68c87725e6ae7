import { type KeysOf, type SharedKey, sharedMessages } from '../../shared/messages/say.ts';
import { readMessages, speakerOf } from '../../shared/messages/speaker.ts';
import type account from './en/account.json';
import type address from './en/address.json';
import type applicationForm from './en/application-form.json';
import type applications from './en/applications.json';
import type audit from './en/audit.json';
import type confirm from './en/confirm.json';
import type connected from './en/connected.json';
import type consent from './en/consent.json';
import type device from './en/device.json';
import type groups from './en/groups.json';
import type keys from './en/keys.json';
import type letters from './en/letters.json';
import type password from './en/password.json';
import type people from './en/people.json';
import type problems from './en/problems.json';
import type secondFactor from './en/second-factor.json';
import type security from './en/security.json';
import type sessions from './en/sessions.json';
import type signIn from './en/sign-in.json';
import type tokens from './en/tokens.json';
import type tryIt from './en/try-it.json';
import type tryItSteps from './en/try-it-steps.json';
import type words from './en/words.json';

/** What the identity provider can say. */
export type Key =
  | SharedKey
  | KeysOf<{
      account: typeof account;
      address: typeof address;
      'application-form': typeof applicationForm;
      applications: typeof applications;
      audit: typeof audit;
      confirm: typeof confirm;
      connected: typeof connected;
      consent: typeof consent;
      device: typeof device;
      groups: typeof groups;
      keys: typeof keys;
      letters: typeof letters;
      password: typeof password;
      people: typeof people;
      problems: typeof problems;
      'second-factor': typeof secondFactor;
      security: typeof security;
      sessions: typeof sessions;
      'sign-in': typeof signIn;
      tokens: typeof tokens;
      'try-it': typeof tryIt;
      'try-it-steps': typeof tryItSteps;
      words: typeof words;
    }>;

export const speaker = speakerOf<Key>(sharedMessages, readMessages(import.meta.dirname));
export const { say, rich } = speaker;
