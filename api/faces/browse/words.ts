import { currentLanguage, languages } from '../../../shared/messages/language.ts';
import { type Declared, knows, say } from '../../messages/say.ts';
import type { Action, Resource } from '../../resources/declaration.ts';
import { labelOf } from '../rest/describe.ts';

const done = ['created', 'changed', 'deleted', 'done'] as const;

/** What a page says after a form has done its work; empty for anything that no form of ours says. */
export function doneSentence(word: unknown): string {
  const said = done.find((one) => one === word);
  return said ? say(`browse.is-${said}`) : '';
}

/** JSON as people read it. */
export const prettyJson = (text: string): string => (text ? JSON.stringify(JSON.parse(text), null, 2) : '');

/** A word that begins a line, as it stands within a sentence. */
const within = (word: string): string => (languages[currentLanguage()].capitalNouns ? word : word.toLowerCase());

/** What one and several rows of a resource are called, by themselves and within a sentence. */
export function titlesOf({ name }: Resource) {
  const [one, many] = [say(`resource.${name}`), say(`resources.${name}`)];
  return { one, many, inSentence: within(one), manyInSentence: within(many) };
}

/** What is declared in English, in the current language; what nothing declares stays as it is. */
const spoken = (key: Declared, english: string): string => (knows(key) ? say(key) : english);

/** What a field or filter is called. */
export function fieldLabel(name: string): string {
  const label = labelOf(name);
  return spoken(`fields.${label}`, label);
}

/** What a form says of a field or filter. */
export const helpOf = ({ help = '' }: { readonly help?: string }): string => spoken(`helps.${help}`, help);

/** What one of the values is called that a field can have. */
export const choiceWord = (label: string): string => spoken(`choices.${label}`, label);

/** What a resource is. */
export const aboutOf = ({ description = '' }: Resource): string => spoken(`abouts.${description}`, description);

/** What an action is called, on its button and within a sentence. */
export function actionWords({ label }: Action) {
  const words = say(`actions.${label}`);
  return { label: words, inSentence: within(words) };
}
