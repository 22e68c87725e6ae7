import type { Config } from '../config.ts';
import { say } from '../messages/say.ts';
import { isBreached } from './breached-passwords.ts';
import { strengthOfPassword } from './password-strength.ts';

/** Shortest and longest password that may be chosen, in characters. */
export const passwordLength = { least: 8, most: 256 } as const;

/** The ones that everybody tries first; each is refused whatever its case. */
const tooCommon = new Set(
  `password passw0rd password1 password12 password123 password1234 12345678 123456789 1234567890 0123456789 87654321
   987654321 qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwertzui asdfghjk asdfghjkl zxcvbnm1 1q2w3e4r 1q2w3e4r5t
   1qaz2wsx zaq12wsx q1w2e3r4 iloveyou iloveyou1 sunshine princess football baseball superman batman123 trustno1
   starwars letmein1 welcome1 welcome123 whatever computer internet abcd1234 abc12345 a1b2c3d4 aa123456 11111111
   00000000 22222222 88888888 99999999 12341234 11223344 12121212 123123123 123321123 1234abcd changeme changeme1
   default1 administrator admin123 admin1234 adminadmin rootroot testtest test1234 demo1234 secret123 michelle jennifer
   jonathan charlotte liverpool chelsea1 arsenal1 corvette mercedes samsung1 pokemon1 dragon12 monkey12 shadow12
   master12 killer12 access14 mustang1 hello123 helloworld inventree quartermaster`
    .split(/\s+/)
    .filter(Boolean),
);

/** Whose password it is to be. */
interface Owner {
  readonly username: string;
  readonly email?: string;
}

/** Whether superusers may choose a password for somebody, which both of them know then. */
export const mayBeSet = ({ setPasswords, smtpUrl }: Pick<Config, 'setPasswords' | 'smtpUrl'>): boolean =>
  setPasswords === 'always' || (setPasswords === 'without-mail' && smtpUrl === null);

/** What the installation adds to the rules. */
export type PasswordRules = Pick<Config, 'passwordWords' | 'breachedPasswords' | 'instanceName'>;

/**
 * Says what is wrong with a password somebody wants to choose, as a sentence for them; null when nothing is.
 * Length counts characters as people do. No rules about digits or signs: they make passwords worse (NIST SP 800-63B §3.1.1);
 * what counts is how many guesses it takes.
 */
export async function problemWithPassword(
  password: string,
  person: Owner,
  rules: PasswordRules,
): Promise<string | null> {
  const plain = plainProblem(password, person);
  if (plain) return plain;
  if (rules.breachedPasswords && (await isBreached(rules.breachedPasswords, password)))
    return say('passwords.breached');
  const { enough, why } = await strengthOfPassword(password, guessedFirst(person, rules));
  if (enough) return null;
  return why ? say('passwords.too-easy-because', { why }) : say('passwords.too-easy');
}

/** What whoever guesses tries first: what belongs to the person and to the organization, whole, in parts, and as one word. */
export function guessedFirst(
  { username, email = '' }: Owner,
  { passwordWords, instanceName }: PasswordRules,
): string[] {
  const names = [username, email, instanceName, ...passwordWords];
  const parts = names.flatMap((name) => {
    const words = name.split(/[^\p{L}\p{N}]+/u);
    return [name, ...words, words.join('')];
  });
  return [...new Set(parts)].filter((word) => word.length > 2);
}

function plainProblem(password: string, person: Owner): string | null {
  const length = [...password].length;
  if (length < passwordLength.least) return say('passwords.too-short', { least: passwordLength.least });
  if (length > passwordLength.most) return say('passwords.too-long', { most: passwordLength.most });
  const plain = password.toLowerCase();
  if (tooCommon.has(plain) || new Set(plain).size < 3) return say('passwords.too-common');
  const own = [person.username, person.email ?? ''].map((name) => name.toLowerCase()).filter(Boolean);
  if (own.includes(plain)) return say('passwords.own-name');
  return null;
}
