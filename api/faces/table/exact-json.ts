/** JSON.parse's reviver and JSON.rawJSON as Node 24 has them; the compiler's library does not know them yet. */
const exact = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
};

/**
 * Parses JSON that will be printed again. A number that JavaScript would print in other digits than PostgreSQL did is
 * kept as it stands; it prints as a number, and is good for nothing else.
 */
export const parseExactly = (text: string): unknown =>
  exact.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? exact.rawJSON(source) : value,
  );
