import { Readable } from 'node:stream';
import type pg from 'pg';
import { auditColumns } from '../audit.ts';
import { readWholeTrail, type TrailEntry, type TrailFilter } from './trail.ts';

/** How the trail can be taken along: content types, by the word for each. */
export const exportFormats = { jsonl: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' } as const;
export type ExportFormat = keyof typeof exportFormats;

export const isExportFormat = (word: string): word is ExportFormat => Object.hasOwn(exportFormats, word);

const columns: readonly (keyof TrailEntry)[] = ['id', 'at', ...auditColumns];

/** The entries that a filter finds, the newest first, as they come from the database: a JSON object or a CSV record a line. */
export function exportTrail(pool: pg.Pool, filter: TrailFilter, format: ExportFormat): Readable {
  const print = format === 'csv' ? csvLine : (entry: TrailEntry) => `${JSON.stringify(entry)}\n`;
  async function* texts(): AsyncGenerator<string> {
    if (format === 'csv') yield `${columns.join(',')}\r\n`;
    for await (const entries of readWholeTrail(pool, filter)) yield entries.map(print).join('');
  }
  return Readable.from(texts(), { objectMode: false });
}

/** RFC 4180. What a spreadsheet would take for a formula gets an apostrophe before it: names come from anybody. */
function csvLine(entry: TrailEntry): string {
  const cells = columns.map((column) => {
    const value = entry[column] ?? '';
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    const tame = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
  });
  return `${cells.join(',')}\r\n`;
}
