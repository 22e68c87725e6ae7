import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The languages of pages and letters: what each calls itself, how it writes dates and numbers (BCP 47), and whether its
 * nouns keep their capitals within a sentence.
 */
export const languages = {
  en: { name: 'English', locale: 'en-GB', capitalNouns: false },
  de: { name: 'Deutsch', locale: 'de-DE', capitalNouns: true },
} as const;
export type Language = keyof typeof languages;
export const languageCodes = Object.keys(languages) as Language[];

/** What is spoken where nobody's wish is known: in answers to programs, in commands, in letters to strangers. */
export const defaultLanguage: Language = 'en';

export const isLanguage = (code: string | null | undefined): code is Language =>
  typeof code === 'string' && Object.hasOwn(languages, code);

const spoken = new AsyncLocalStorage<Language>();

/** Does the work, and all that follows from it, in a language: what it says to people is said in that. */
export const inLanguage = <T>(language: Language, work: () => T): T => spoken.run(language, work);

/** The language that a person is spoken to in; null where a program is answered, or nobody. */
export const readersLanguage = (): Language | null => spoken.getStore() ?? null;

/** The language to speak now. */
export const currentLanguage = (): Language => readersLanguage() ?? defaultLanguage;

/** The language of a list that we speak first, its most wanted first: «de-AT» is answered with `de` (RFC 4647 §3.4). */
export function firstSpoken(tags: readonly string[]): Language | null {
  for (const tag of tags) {
    const code = tag.toLowerCase().split('-', 1)[0];
    if (isLanguage(code)) return code;
  }
  return null;
}
