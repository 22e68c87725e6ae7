import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { IntlMessageFormat } from 'intl-messageformat';
import { apiMessages } from '../../api/messages/declared.ts';
import { speaker as idp, rich, say } from '../../idp/messages/say.ts';
import { inLanguage, languageCodes } from '../../shared/messages/language.ts';
import { sharedMessages } from '../../shared/messages/say.ts';
import { type Messages, readMessages } from '../../shared/messages/speaker.ts';

const house = join(import.meta.dirname, '../..');
const parts = {
  shared: sharedMessages,
  idp: readMessages(join(house, 'idp/messages')),
  api: apiMessages,
};
const translations = languageCodes.filter((language) => language !== 'en');

/** What a message names, and the markup in it: what a translation may leave where it is, but neither lose nor add. */
function namesIn(message: string): string[] {
  const found = new Set<string>();
  JSON.stringify(new IntlMessageFormat(message, 'en').getAst(), (key, value) => {
    // Literals, plural and select have no names of their own in `value`.
    if (key === '' || typeof value !== 'object' || value === null) return value;
    if ('type' in value && value.type !== 0 && typeof value.value === 'string') found.add(value.value);
    return value;
  });
  return [...found].sort();
}

const filesBelow = (folder: string, pattern: RegExp): string[] =>
  readdirSync(join(house, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => pattern.test(file))
    .map((file) => readFileSync(join(house, folder, file), 'utf8'));

for (const [part, messages] of Object.entries(parts)) {
  for (const language of translations) {
    test(`every message of ${part} is there in ${language} too, and says the same things`, (t) => {
      t.deepEqual(
        Object.keys(messages[language]).sort(),
        Object.keys(messages.en).sort(),
        `${part}/messages/${language}/`,
      );
      for (const [key, english] of Object.entries(messages.en)) {
        t.deepEqual(namesIn(messages[language][key] ?? ''), namesIn(english), key);
      }
    });
  }

  test(`the messages of ${part} hold no markup but their own`, (t) => {
    t.deepEqual(Object.keys(messages), languageCodes);
    for (const [key, text] of Object.values(messages).flatMap((one: Messages) => Object.entries(one))) {
      t.notRegex(text, /&\w+;|<[^>]*[\s="][^>]*>/, key);
    }
  });
}

test('no message is there for nothing, and none is said that is not there', (t) => {
  const sources = ['idp', 'shared', 'api'].flatMap((folder) => filesBelow(folder, /\.(ts|eta)$/)).join('\n');
  const said = new Set([...sources.matchAll(/'([a-z][\w-]*\.[\w:-]+)'/g)].map(([, key]) => key));
  const patterns = [...sources.matchAll(/`([a-z][\w-]*\.[^`\s]*\$\{[^`]*)`/g)].map(
    ([, pattern = '']) => new RegExp(`^${pattern.replaceAll(/\$\{[^}]*\}/g, '.+').replace('.', '\\.')}$`),
  );
  const known = Object.values(parts).flatMap((messages) => Object.keys(messages.en));
  const unused = known.filter((key) => !said.has(key) && !patterns.some((pattern) => pattern.test(key)));
  t.deepEqual(unused, []);
  const asked = [...sources.matchAll(/\b(?:say|rich)\('([^']+)'/g)].map(([, key = '']) => key);
  t.deepEqual(
    asked.filter((key) => !known.includes(key)),
    [],
  );
});

test('what a message is told is never read as markup, and a link leads where it should', (t) => {
  const said = inLanguage('de', () => rich('sign-in.signed-in-as', { person: '<img src=x>' }));
  t.is(said, 'Sie sind als <strong>&lt;img src=x&gt;</strong> angemeldet. Verbundene Anwendungen bleiben verbunden.');
  const link = rich('second-factor.lost', { other: { href: '/accounts/login/?next="' } });
  t.true(link.includes('<a href="/accounts/login/?next=&quot;">Sign in as somebody else</a>'), link);
});

test('numbers and lists are told as each language tells them', (t) => {
  t.is(say('account.tokens', { count: 1 }), 'One token for your scripts and devices');
  inLanguage('de', () => {
    t.is(idp.say('account.tokens', { count: 0 }), 'Keine Token für Ihre Skripte und Geräte');
    t.is(idp.say('account.tokens', { count: 1 }), 'Ein Token für Ihre Skripte und Geräte');
    t.is(idp.say('account.tokens', { count: 1200 }), '1.200 Token für Ihre Skripte und Geräte');
  });
});
