/**
 * Puts things behind those that they need. `needs` names keys; keys that are not among `items` count as there already.
 * @param circle called with the key of an item that needs itself, by whatever way; must throw
 */
export function inDependencyOrder<T extends { readonly key: number }>(
  items: readonly T[],
  needs: (item: T) => readonly (number | null)[],
  circle: (item: T) => never,
): T[] {
  const byKey = new Map(items.map((item) => [item.key, item]));
  const ordered = new Set<T>();
  for (const first of items) {
    const open: T[] = [first];
    const entered = new Set<T>();
    for (let item = open.at(-1); item; item = open.at(-1)) {
      const missing = needs(item)
        .map((key) => (key === null ? undefined : byKey.get(key)))
        .filter((one): one is T => one !== undefined && !ordered.has(one));
      if (missing.length === 0 || ordered.has(item)) {
        ordered.add(item);
        open.pop();
      } else if (entered.has(item)) {
        circle(item);
      } else {
        entered.add(item);
        open.push(...missing);
      }
    }
  }
  return [...ordered];
}
