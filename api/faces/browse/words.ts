import { say } from '../../messages/say.ts';

const done = ['created', 'changed', 'deleted', 'done'] as const;

/** What a page says after a form has done its work; empty for anything that no form of ours says. */
export function doneSentence(word: unknown): string {
  const said = done.find((one) => one === word);
  return said ? say(`browse.is-${said}`) : '';
}

/** JSON as people read it. */
export const prettyJson = (text: string): string => (text ? JSON.stringify(JSON.parse(text), null, 2) : '');
