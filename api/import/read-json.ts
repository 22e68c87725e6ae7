import { readFile } from 'node:fs/promises';
import { ImportProblem } from './problem.ts';

/**
 * Reads a JSON file.
 * @throws ImportProblem naming the file, and line and column of what is not JSON
 */
export async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw new ImportProblem(file, reasonOf(error));
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const { line, column } = placeOf(text, offsetOf(text, error));
    throw new ImportProblem(
      `${file}, line ${line}, column ${column}`,
      'this is not JSON, or the file is cut off here.',
    );
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT') return 'there is no such file.';
  if (code === 'EISDIR') return 'this is a folder.';
  return `it can not be read (${code}).`;
}

/** Where the parser stopped; at the end when it does not say so. */
function offsetOf(text: string, error: unknown): number {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  return position === undefined ? text.trimEnd().length : Number(position);
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
