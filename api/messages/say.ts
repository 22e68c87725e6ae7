import { type KeysOf, type SharedKey, sharedMessages } from '../../shared/messages/say.ts';
import { type Messages, readMessages, speakerOf } from '../../shared/messages/speaker.ts';
import { labelOf } from '../faces/rest/describe.ts';
import { resources } from '../resources/index.ts';
import type access from './en/access.json';
import type areas from './en/areas.json';
import type browse from './en/browse.json';
import type home from './en/home.json';
import type lettersOfBookings from './en/letters-of-bookings.json';
import type lettersOfTokens from './en/letters-of-tokens.json';
import type problem from './en/problem.json';

/** What resources, their fields, values and actions are called, and what is said of them: English stands in the declarations. */
export type Declared = `${'resource' | 'resources' | 'abouts' | 'fields' | 'helps' | 'choices' | 'actions'}.${string}`;

/** What the pages of the resource API can say. */
export type Key =
  | SharedKey
  | Declared
  | KeysOf<{
      access: typeof access;
      areas: typeof areas;
      browse: typeof browse;
      home: typeof home;
      'letters-of-bookings': typeof lettersOfBookings;
      'letters-of-tokens': typeof lettersOfTokens;
      problem: typeof problem;
    }>;

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

export const apiMessages = readMessages(import.meta.dirname, {
  resource: titles(0),
  resources: titles(1),
  abouts: byThemselves(resources.map(({ description }) => description)),
  fields: fieldLabels(),
  helps: byThemselves([...fields, ...filters].map((one) => (typeof one === 'object' ? one.help : undefined))),
  choices: byThemselves(fields.flatMap(({ choices = {} }) => Object.values(choices))),
  actions: byThemselves(actions.map(({ label }) => label)),
});

export const speaker = speakerOf<Key>(sharedMessages, apiMessages);
export const { say, rich, knows } = speaker;
