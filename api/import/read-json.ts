import { jsonFault } from './json-fault.ts';
import { ImportProblem } from './problem.ts';
import { readText } from './read-text.ts';

/**
 * Reads a JSON file.
 * @throws ImportProblem naming the file, and line and column of what is not JSON
 */
export async function readJson(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text);
  } catch {
    const offset = jsonFault(text) ?? text.length;
    const { line, column } = placeOf(text, offset);
    // Nothing behind the fault, or but the beginning of a text.
    const cutOff = /^\s*("[^"\n]*)?$/.test(text.slice(offset));
    const why = cutOff ? 'the file is cut off here.' : 'this is not JSON.';
    throw new ImportProblem(`${file}, line ${line}, column ${column}`, why);
  }
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
