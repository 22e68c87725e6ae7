import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Eta } from 'eta';
import { IntlMessageFormat } from 'intl-messageformat';
import type { Moment } from '../pages/moment.ts';
import { currentLanguage, defaultLanguage, type Language, languageCodes, languages } from './language.ts';

/** Sentences by key: `sign-in.title`, the name of a file and a name in it. Their syntax is ICU MessageFormat. */
export type Messages = Readonly<Record<string, string>>;
export type MessagesByLanguage = Readonly<Record<Language, Messages>>;

/**
 * Reads the message files of a folder: `en/*.json`, `de/*.json`, …
 * @param declared English words that stand with what they are about, by area; other languages have files for them
 */
export function readMessages(folder: string, declared: Readonly<Record<string, Messages>> = {}): MessagesByLanguage {
  const own = Object.entries(declared).flatMap(([area, messages]) => inArea(area, messages));
  return Object.fromEntries(
    languageCodes.map((language) => [
      language,
      Object.fromEntries([...(language === defaultLanguage ? own : []), ...filesIn(join(folder, language))]),
    ]),
  ) as MessagesByLanguage;
}

const inArea = (area: string, messages: Messages) =>
  Object.entries(messages).map(([name, text]) => [`${area}.${name}`, text] as const);

const filesIn = (folder: string) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => inArea(basename(file, '.json'), JSON.parse(readFileSync(join(folder, file), 'utf8'))));

/** What a message names in braces. A {@link Moment} is written out; on pages it becomes a `<time>`. */
export type Values = Readonly<Record<string, string | number | Moment | Link | null | undefined>>;

/** In a message for a page: what stands between `<name>` and `</name>` leads there. */
interface Link {
  readonly href: string;
}

/** Says things in the current language (see `language.ts`). A key that a language lacks is said in English. */
export interface Speaker<Key extends string> {
  /** A sentence as plain text. */
  say(key: Key, values?: Values): string;
  /**
   * A sentence as HTML. Values are escaped; of markup a message may hold `<b>`, `<code>`, `<unseen>` (for screen readers
   * alone), and links whose addresses are among the values.
   */
  rich(key: Key, values?: Values): string;
  /** Whether there are words for something that is named elsewhere. */
  knows(key: string): key is Key;
}

const { escapeFunction: escapeHtml } = new Eta().config;

const tags = {
  b: (inside: string[]) => `<strong>${inside.join('')}</strong>`,
  code: (inside: string[]) => `<code>${inside.join('')}</code>`,
  unseen: (inside: string[]) => `<span class="unseen">${inside.join('')}</span>`,
};

const isMoment = (value: object): value is Moment => 'iso' in value;

/** Makes the speaker of some message files; of the same key in two of them the later one counts. */
export function speakerOf<Key extends string>(...sources: readonly MessagesByLanguage[]): Speaker<Key> {
  const messages = Object.fromEntries(
    languageCodes.map((language) => [language, Object.assign({}, ...sources.map((source) => source[language]))]),
  ) as Record<Language, Messages>;
  const formats = new Map<string, IntlMessageFormat>();

  /** Read when they are first said: most processes say few of them. */
  function formatOf(key: string, isRich: boolean): IntlMessageFormat {
    const language = currentLanguage();
    const id = `${language} ${isRich} ${key}`;
    let format = formats.get(id);
    if (!format) {
      const text = messages[language][key] ?? messages[defaultLanguage][key];
      if (text === undefined) throw new Error(`There is no message ${key}`);
      format = new IntlMessageFormat(text, languages[language].locale, undefined, { ignoreTag: !isRich });
      formats.set(id, format);
    }
    return format;
  }

  return {
    knows: (key): key is Key => Object.hasOwn(messages[defaultLanguage], key),
    say(key, values = {}) {
      const plain = Object.entries(values).map(([name, value]) => [name, isObject(value) ? textOf(value) : value]);
      return String(formatOf(key, false).format(Object.fromEntries(plain)));
    },
    rich(key, values = {}) {
      const marked = Object.entries(values).map(([name, value]) => [name, markupOf(value)]);
      return String(formatOf(key, true).format({ ...tags, ...Object.fromEntries(marked) }));
    },
  };
}

const isObject = (value: Values[string]): value is Moment | Link => typeof value === 'object' && value !== null;
const textOf = (value: Moment | Link) => (isMoment(value) ? value.text : value.href);

function markupOf(value: Values[string]) {
  if (!isObject(value)) return typeof value === 'string' ? escapeHtml(value) : value;
  if (isMoment(value)) return `<time datetime="${escapeHtml(value.iso)}">${escapeHtml(value.text)}</time>`;
  return (inside: string[]) => `<a href="${escapeHtml(value.href)}">${inside.join('')}</a>`;
}
