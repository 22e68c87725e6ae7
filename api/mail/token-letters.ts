import { type LetterSettings, type Letters, letterText } from '../../shared/mail/letter.ts';
import { moment } from '../../shared/pages/moment.ts';

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
    subject: `${instanceName}: an API token ends soon`,
    text: letterText(
      name,
      [
        `${token ? `The API token «${token}»` : 'An API token'} of your account «${username}» ends on ${moment(new Date(ends), timeZone).text}. What uses it stops working then.`,
        'If you still need it, make another one and put that in its place:',
        `${publicUrl}/accounts/tokens/`,
      ],
      instanceName,
    ),
  }),
} satisfies Letters;
