import { type LetterSettings, type Letters, letterText } from '../../shared/mail/letter.ts';
import { moment } from '../../shared/pages/moment.ts';
import { say } from '../messages/say.ts';

interface Facts {
  /** What the reader is called. */
  readonly name: string;
  readonly username: string;
  /** What the token is called; it may have no name. */
  readonly token: string;
  readonly ends: string;
}

/** The letters about API tokens. */
export const tokenLetters = {
  token_ending: ({ name, username, token, ends }: Facts, { instanceName, publicUrl, timeZone }: LetterSettings) => ({
    subject: `${instanceName}: ${say('letters-of-tokens.subject')}`,
    text: letterText(
      name,
      [
        say(token ? 'letters-of-tokens.ends' : 'letters-of-tokens.nameless-ends', {
          token,
          username,
          at: moment(new Date(ends), timeZone),
        }),
        say('letters-of-tokens.another'),
        `${publicUrl}/accounts/tokens/`,
      ],
      instanceName,
    ),
  }),
} satisfies Letters;
