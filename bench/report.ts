import { cpus, totalmem } from 'node:os';
import type { Wishes } from './arguments.ts';
import { type Figure, isMet, type Outcome, type Row } from './row.ts';

/** A row with what came of it; `error` says why nothing did. */
export interface Finished {
  readonly row: Row;
  readonly outcome: Outcome | null;
  readonly error: string | null;
}

/** What the figures were measured on, and when. */
export function runFacts({ hosts, rounds, seconds }: Wishes) {
  const [cpu] = cpus();
  return {
    begun: new Date().toISOString(),
    node: process.version,
    cpus: `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}`,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    hosts,
    rounds,
    seconds,
  };
}

/** All figures for programs. */
export const asJson = (facts: ReturnType<typeof runFacts>, rows: readonly Finished[]): string =>
  JSON.stringify(
    {
      ...facts,
      rows: rows.map(({ row, outcome, error }) => ({
        name: row.name,
        figures: outcome?.figures.map((figure) => ({ ...figure, met: isMet(figure) })) ?? [],
        measured: outcome?.measured ?? [],
        error,
      })),
    },
    null,
    2,
  );

/** A row for people: its figures, and the servers behind them. */
export function asText({ row, outcome, error }: Finished): string {
  const lines = [`${row.name}: ${row.about}`];
  for (const figure of outcome?.figures ?? []) {
    lines.push(
      `  ${isMet(figure) ? 'met ' : 'MISS'}  ${shown(figure).padStart(9)}  ${bound(figure).padEnd(10)} ${figure.what}`,
    );
  }
  if (outcome && outcome.measured.length > 0) {
    lines.push('        requests/s  p50 ms  p99 ms  cpu ms   db ms  rss MB  failed');
    for (const one of outcome.measured) {
      const cells = [
        one.rate.toFixed(0).padStart(18),
        one.p50.toFixed(1).padStart(7),
        one.p99.toFixed(1).padStart(7),
        (one.cpu?.toFixed(2) ?? '–').padStart(7),
        (one.databaseCpu?.toFixed(2) ?? '–').padStart(7),
        (one.rss ? (one.rss / 2 ** 20).toFixed(0) : '–').padStart(7),
        String(one.failed).padStart(7),
      ];
      lines.push(`${cells.join(' ')}  ${one.under}, ${one.name}${one.failure ? ` (${one.failure})` : ''}`);
    }
  }
  if (error) lines.push(`  MISS  ${error}`);
  return lines.join('\n');
}

const shown = ({ unit, value }: Figure): string =>
  unit === 'ratio' ? `${value.toFixed(2)} ×` : `${value.toFixed(unit === 'ms' ? 1 : 0)} ${unit}`;

function bound(figure: Figure): string {
  const { atLeast, atMost } = figure;
  if (atLeast !== undefined && atMost !== undefined) return `(${atLeast}–${atMost})`;
  if (atLeast !== undefined) return `(≥ ${atLeast})`;
  return atMost === undefined ? '' : `(≤ ${atMost})`;
}
