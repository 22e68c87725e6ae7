const done = {
  created: 'Created.',
  changed: 'Saved.',
  deleted: 'Deleted.',
  done: 'Done.',
} as const;

/** What a page says after a form has done its work; empty for anything that no form of ours says. */
export const doneSentence = (word: unknown): string =>
  typeof word === 'string' && Object.hasOwn(done, word) ? done[word as keyof typeof done] : '';

/** JSON as people read it. */
export const prettyJson = (text: string): string => (text ? JSON.stringify(JSON.parse(text), null, 2) : '');
