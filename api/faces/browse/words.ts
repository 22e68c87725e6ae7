import { currentLanguage, languages } from '../../../shared/messages/language.ts';
import { knows, say } from '../../messages/say.ts';
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

/** What a field or filter is called; what an answer holds beside them by its own name. */
export function fieldLabel(name: string): string {
  const label = labelOf(name);
  const key = `fields.${label}`;
  return knows(key) ? say(key) : label;
}

/** What an action is called, on its button and within a sentence. */
export function actionWords({ label }: Action) {
  const words = say(`actions.${label}`);
  return { label: words, inSentence: within(words) };
}
