import { type LinkPurpose, linkAddress, linkPurposes } from '../../shared/identity/mail-links.ts';
import { type Letter, type LetterSettings, type Letters, letterText } from '../../shared/mail/letter.ts';
import type { AccountChange } from '../../shared/mail/tell-of-change.ts';
import { moment } from '../../shared/pages/moment.ts';

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
      'choose a new password',
      [
        `Somebody asked for a new password for your account «${facts.username}». If that was you, choose one here:`,
        opens(settings, 'reset', facts.link),
        `The link works once, for ${linkPurposes.reset.minutes} minutes. If it was not you, do nothing: your password stays as it is.`,
      ],
      settings,
    ),
  invitation: (facts: Reader & { link: string; by: string }, settings: LetterSettings) =>
    written(
      facts,
      'your account is ready',
      [
        `${facts.by} made you an account, «${facts.username}». Choose your password here:`,
        opens(settings, 'invitation', facts.link),
        'The link works once, for seven days.',
      ],
      settings,
    ),
  address_check: (facts: Reader & { link: string }, settings: LetterSettings) =>
    written(
      facts,
      'is this your address?',
      [
        `Confirm that this address belongs to your account «${facts.username}»:`,
        opens(settings, 'address', facts.link),
        'The link works once, for a day. If you did not ask for it, do nothing.',
      ],
      settings,
    ),
  new_place: (facts: Reader & { at: string; device: string; address: string | null }, settings: LetterSettings) =>
    written(
      facts,
      'you signed in at a new place',
      [
        `Somebody signed in as «${facts.username}» from where you had not signed in before:`,
        `${moment(new Date(facts.at), settings.timeZone).text}\n${facts.device}\n${facts.address ?? 'an unknown address'}`,
        'If that was you, all is well. If not, change your password and end that session here:',
        securityPage(settings),
      ],
      settings,
    ),
  account_changed: (facts: Reader & { what: AccountChange }, settings: LetterSettings) =>
    written(
      facts,
      'your account was changed',
      [
        `${accountChanges[facts.what]} This concerns your account «${facts.username}».`,
        'If that was you, all is well. If not, look after your account here, or tell an administrator at once:',
        securityPage(settings),
      ],
      settings,
    ),
} satisfies Letters;

/** Changes that somebody hears of by mail: whoever made them may be another. */
export const accountChanges = {
  password: 'Your password was changed.',
  address: 'Your mail address was changed to another.',
  'factor added': 'A second factor was added.',
  'factor removed': 'A second factor was removed.',
  'recovery code': 'A recovery code was used to sign in.',
} as const satisfies Record<AccountChange, string>;
