const last = new WeakMap<object, Promise<unknown>>();

/**
 * Runs work after all that was given before with the same key, in this process: what has to wait anyway waits without
 * a database connection in its hands.
 */
export function oneAtATime<T>(key: object, work: () => Promise<T>): Promise<T> {
  const before = last.get(key) ?? Promise.resolve();
  const result = before.then(work, work);
  last.set(key, result);
  return result;
}
