/** What stands at a path, and what its parameters are in this one. */
export interface Found<T> {
  readonly value: T;
  readonly parameters: Readonly<Record<string, string>>;
}

interface Node<T> {
  readonly words: Map<string, Node<T>>;
  any: Node<T> | null;
  /** What stands here, and the names of the parameters on the way. */
  at: { readonly value: T; readonly names: readonly string[] } | null;
}

const node = <T>(): Node<T> => ({ words: new Map(), any: null, at: null });

/** Values by paths such as `/api/user/tokens/{id}/`, found at a look-up a word. The last slash doesn't count. */
export class PathTable<T> {
  readonly #root = node<T>();

  /** What stands at a path, made by `otherwise` when nothing does yet. */
  at(path: string, otherwise: () => T): T {
    const names: string[] = [];
    let here = this.#root;
    for (const word of wordsOf(path)) {
      const name = /^\{(\w+)\}$/.exec(word)?.[1];
      if (name) names.push(name);
      const next = (name ? here.any : here.words.get(word)) ?? node<T>();
      if (name) here.any = next;
      else here.words.set(word, next);
      here = next;
    }
    here.at ??= { value: otherwise(), names };
    return here.at.value;
  }

  /** What stands at a path; words count before parameters. */
  find(path: string): Found<T> | null {
    return search(this.#root, wordsOf(path), 0, []);
  }
}

function search<T>(here: Node<T>, words: readonly string[], depth: number, given: readonly string[]): Found<T> | null {
  const word = words[depth];
  if (word === undefined) {
    if (!here.at) return null;
    const { value, names } = here.at;
    return { value, parameters: Object.fromEntries(names.map((name, n) => [name, decoded(given[n] ?? '')])) };
  }
  const named = here.words.get(word);
  const found = named ? search(named, words, depth + 1, given) : null;
  return found ?? (here.any && word ? search(here.any, words, depth + 1, [...given, word]) : null);
}

const wordsOf = (path: string): string[] => (path.endsWith('/') ? path.slice(1, -1) : path.slice(1)).split('/');

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}
