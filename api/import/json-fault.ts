const token =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

/** What may come next. */
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'nothing';

/**
 * Where a text stops being JSON (RFC 8259), as an offset: the engine's own parser does not always say so. At the end
 * of the text when it is cut off; null when it is JSON.
 */
export function jsonFault(text: string): number | null {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  token.lastIndex = 0;
  for (;;) {
    const from = token.lastIndex;
    const found = token.exec(text);
    const at = from + (/^[ \t\n\r]*/.exec(text.slice(from, from + 10_000))?.[0].length ?? 0);
    if (!found) return expected === 'nothing' && at >= text.length ? null : at;
    const next = after(expected, found[1], found[2], open);
    if (next === null) return at;
    expected = next;
  }
}

/** What may come behind a token; null when the token may not stand here. */
function after(
  expected: Expected,
  mark: string | undefined,
  text: string | undefined,
  open: ('{' | '[')[],
): Expected | null {
  const afterValue = (): Expected => (open.length > 0 ? ', or end' : 'nothing');
  switch (expected) {
    case 'value or ]':
    case 'value':
      if (mark === '{' || mark === '[') {
        open.push(mark);
        return mark === '{' ? 'key or }' : 'value or ]';
      }
      if (mark === ']' && expected === 'value or ]') {
        open.pop();
        return afterValue();
      }
      return mark === undefined ? afterValue() : null;
    case 'key or }':
    case 'key':
      if (mark === '}' && expected === 'key or }') {
        open.pop();
        return afterValue();
      }
      return text === undefined ? null : ':';
    case ':':
      return mark === ':' ? 'value' : null;
    case ', or end': {
      const inside = open.at(-1);
      if (mark === ',') return inside === '{' ? 'key' : 'value';
      if (mark !== (inside === '{' ? '}' : ']')) return null;
      open.pop();
      return afterValue();
    }
    case 'nothing':
      return null;
  }
}
