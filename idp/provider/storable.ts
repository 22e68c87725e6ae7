/** What PostgreSQL keeps in no `jsonb`, as JSON spells it: NUL, and half of a character that UTF-16 writes as two. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** Whether a value that came in as JSON can be stored. */
export const isStorable = (value: object): boolean => !unstorable.test(JSON.stringify(value));
