import { currentLanguage, languages } from '../../shared/messages/language.ts';
import { type Messages, readMessages, speakerOf } from '../../shared/messages/speaker.ts';
import { labelOf } from '../faces/rest/describe.ts';
import type { Action, Resource } from '../resources/declaration.ts';
import { resources } from '../resources/index.ts';

/** What resources, their fields, values and actions are called, and what is said of them: English stands in the declarations. */
type Declared = `${'resource' | 'resources' | 'abouts' | 'fields' | 'helps' | 'choices' | 'actions'}.${string}`;

const titles = (which: 0 | 1): Messages => Object.fromEntries(resources.map(({ name, title }) => [name, title[which]]));

/** Words that are their own keys. Their braces are no places for values. */
const byThemselves = (words: Iterable<string | undefined>): Messages =>
  Object.fromEntries([...words].flatMap((word) => (word ? [[word, word.replaceAll(/[{}]/g, "'$&'")]] : [])));

const actions = resources.flatMap((resource) => Object.values(resource.actions ?? {}));

const fields = [
  ...resources.flatMap((one) => Object.values(one.fields)),
  ...actions.flatMap(({ input = {} }) => Object.values(input)),
];
const filters = resources.flatMap((one) => Object.values(one.filters ?? {}));

function fieldLabels(): Messages {
  const declared = resources.flatMap((one) => [...Object.keys(one.fields), ...Object.keys(one.filters ?? {})]);
  const inputs = actions.flatMap(({ input = {} }) => Object.keys(input));
  return byThemselves(['id', 'pk', 'group_ids', ...declared, ...inputs].map(labelOf));
}

/** All that the api can say, with what stands in English where it is declared. */
export const apiMessages = readMessages(import.meta.dirname, {
  resource: titles(0),
  resources: titles(1),
  abouts: byThemselves(resources.map(({ description }) => description)),
  fields: fieldLabels(),
  helps: byThemselves([...fields, ...filters].map((one) => (typeof one === 'object' ? one.help : undefined))),
  choices: byThemselves(fields.flatMap(({ choices = {} }) => Object.values(choices))),
  actions: byThemselves(actions.map(({ label }) => label)),
});

const { say, knows } = speakerOf<Declared>(apiMessages);

/** What is declared in English, in the current language; what nothing declares stays as it is. */
const spoken = (key: Declared, english: string): string => (knows(key) ? say(key) : english);

/** A word that begins a line, as it stands within a sentence. */
const within = (word: string): string => (languages[currentLanguage()].capitalNouns ? word : word.toLowerCase());

/** What one and several rows of a resource are called, by themselves and within a sentence. */
export function titlesOf({ name, title }: Resource) {
  const one = spoken(`resource.${name}`, title[0]);
  const many = spoken(`resources.${name}`, title[1]);
  return { one, many, inSentence: within(one), manyInSentence: within(many) };
}

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
  const words = spoken(`actions.${label}`, label);
  return { label: words, inSentence: within(words) };
}
