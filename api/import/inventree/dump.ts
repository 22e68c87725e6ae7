import { ImportProblem } from '../problem.ts';
import { isKey, isObject, Record } from './record.ts';

/** The records of a dump by model, in the file's order. */
export type Dump = ReadonlyMap<string, readonly Record[]>;

/** Reads what Django's `dumpdata` writes. @throws ImportProblem naming the record that is none */
export function readDump(json: unknown): Dump {
  if (!Array.isArray(json))
    throw new ImportProblem('The file', 'a list of records is required, as dumpdata writes it.');
  const dump = new Map<string, Record[]>();
  const seen = new Map<string, Set<number>>();
  for (const [n, entry] of json.entries()) {
    const where = `Record ${n + 1}`;
    if (!isObject(entry)) throw new ImportProblem(where, 'this is not an object with model, pk and fields.');
    const { model, pk, fields } = entry;
    if (typeof model !== 'string' || model === '') throw new ImportProblem(where, 'its model is missing.');
    if (!isObject(fields)) throw new ImportProblem(`${where} (${model})`, 'its fields are missing.');
    const records = dump.get(model) ?? [];
    const keys = seen.get(model) ?? new Set();
    dump.set(model, records);
    seen.set(model, keys);
    // Models that are not for us may have keys of other kinds.
    const key = isKey(pk) ? pk : 0;
    if (key > 0 && keys.has(key))
      throw new ImportProblem(`${where} (${model} ${key})`, 'this key is in the file twice.');
    keys.add(key);
    records.push(new Record(model, key, fields));
  }
  return dump;
}
