import { CsvError, parse } from 'csv-parse/sync';
import { ImportProblem } from './problem.ts';
import { readText } from './read-text.ts';

/** A line of a CSV file: where it begins, and its values by the names of the head line. */
export interface CsvRecord {
  readonly line: number;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Reads a CSV file (RFC 4180) that begins with a line of names.
 * @throws ImportProblem naming the file, and the line that is not CSV
 */
export async function readCsv(file: string): Promise<CsvRecord[]> {
  const text = await readText(file);
  try {
    const read = parse<{ record: Record<string, string>; info: { lines: number } }>(text, {
      columns: true,
      info: true,
      record_delimiter: ['\r\n', '\n'],
      trim: true,
      skip_empty_lines: true,
    });
    return read.map(({ record, info }) => ({ line: info.lines, values: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ImportProblem(
      `${file}, line ${error.lines ?? 1}`,
      'this is not CSV, or has not as many values as names.',
    );
  }
}
