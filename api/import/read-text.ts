import { readFile } from 'node:fs/promises';
import { ImportProblem } from './problem.ts';

/** The text of a file, without a byte order mark. @throws ImportProblem naming the file */
export async function readText(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw new ImportProblem(file, reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT') return 'there is no such file.';
  if (code === 'EISDIR') return 'this is a folder.';
  return `it can not be read (${code}).`;
}
