import { type LinkPurpose, linkAddress, linkPurposes } from '../../shared/identity/mail-links.ts';
import { type Letter, type LetterSettings, type Letters, letterText } from '../../shared/mail/letter.ts';
import type { AccountChange } from '../../shared/mail/tell-of-change.ts';
import { moment } from '../../shared/pages/moment.ts';
import { type Key, say } from '../messages/say.ts';

/** What every letter about an account says: who reads it, and whose account it is about. */
interface Reader {
  readonly name: string;
  readonly username: string;
}

const written = (
  { name }: Reader,
  subject: string,
  paragraphs: readonly string[],
  { instanceName }: LetterSettings,
): Letter => ({ subject: `${instanceName}: ${subject}`, text: letterText(name, paragraphs, instanceName) });

const opens = (settings: LetterSettings, purpose: LinkPurpose, id: string) => linkAddress(settings, purpose, id);

/** Where somebody looks after their own account. */
const securityPage = ({ publicUrl }: LetterSettings) => `${publicUrl}/accounts/security/`;

/** The letters about accounts. */
export const accountLetters = {
  password_reset: (facts: Reader & { link: string }, settings: LetterSettings) =>
    written(
      facts,
      say('letters.reset-subject'),
      [
        say('letters.reset', { username: facts.username }),
        opens(settings, 'reset', facts.link),
        say('letters.reset-lasts', { minutes: linkPurposes.reset.minutes }),
      ],
      settings,
    ),
  invitation: (facts: Reader & { link: string; by: string }, settings: LetterSettings) =>
    written(
      facts,
      say('letters.invitation-subject'),
      [
        say('letters.invitation', { by: facts.by, username: facts.username }),
        opens(settings, 'invitation', facts.link),
        say('letters.invitation-lasts'),
      ],
      settings,
    ),
  address_check: (facts: Reader & { link: string }, settings: LetterSettings) =>
    written(
      facts,
      say('letters.address-subject'),
      [
        say('letters.address', { username: facts.username }),
        opens(settings, 'address', facts.link),
        say('letters.address-lasts'),
      ],
      settings,
    ),
  new_place: (facts: Reader & { at: string; device: string; address: string | null }, settings: LetterSettings) =>
    written(
      facts,
      say('letters.place-subject'),
      [
        say('letters.place', { username: facts.username }),
        `${moment(new Date(facts.at), settings.timeZone).text}\n${facts.device}\n${facts.address ?? say('letters.unknown-address')}`,
        say('letters.place-then'),
        securityPage(settings),
      ],
      settings,
    ),
  account_changed: (facts: Reader & { what: AccountChange }, settings: LetterSettings) =>
    written(
      facts,
      say('letters.changed-subject'),
      [
        say('letters.changed-of', { change: say(accountChanges[facts.what]), username: facts.username }),
        say('letters.changed-then'),
        securityPage(settings),
      ],
      settings,
    ),
} satisfies Letters;

/** Changes that somebody hears of by mail: whoever made them may be another. */
const accountChanges = {
  password: 'letters.changed-password',
  address: 'letters.changed-address',
  'factor added': 'letters.factor-added',
  'factor removed': 'letters.factor-removed',
  'recovery code': 'letters.recovery-code',
} as const satisfies Record<AccountChange, Key>;
