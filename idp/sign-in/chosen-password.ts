import { guessedFirst, type PasswordRules, problemWithPassword } from '../../shared/identity/password-rules.ts';
import { strengthOfPassword } from '../../shared/identity/password-strength.ts';
import { say } from '../messages/say.ts';
import type { Form } from './form.ts';

/** A password as a form asks for it, twice. */
export interface ChosenPassword {
  readonly password: string;
  /** What is wrong, by field; nothing when it can be set. */
  readonly errors: Readonly<Record<string, string>>;
  /** How hard it is to guess, 0 to 4; null when nothing was chosen. */
  readonly strength: number | null;
}

/** Reads the fields of the template `@own/new-password`. */
export async function readChosenPassword(
  form: Form,
  person: { username: string; email?: string },
  rules: PasswordRules,
): Promise<ChosenPassword> {
  const [password, again] = [form.raw('chosen'), form.raw('again')];
  const problem = await problemWithPassword(password, person, rules);
  return {
    password,
    errors: {
      ...(problem && { chosen: problem }),
      ...(!problem && password !== again && { again: say('password.not-the-same') }),
    },
    strength: password ? (await strengthOfPassword(password, guessedFirst(person, rules))).score : null,
  };
}
