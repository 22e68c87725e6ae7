import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What a run of the bench is asked for. */
export interface Wishes {
  /** Names of the rows to measure; empty: all. */
  readonly rows: readonly string[];
  /** Hosts that the rows without a size of their own are measured with. */
  readonly hosts: number;
  /** How often each server is measured, and for how long each time; seconds. */
  readonly rounds: number;
  readonly seconds: number;
  /** Whether the figures are wanted as JSON. */
  readonly json: boolean;
  /** A folder for CPU profiles of the services; null: none are made. */
  readonly profiles: string | null;
}

const sizes: Readonly<Record<string, number>> = { '10k': 10_000, '100k': 100_000, '1m': 1_000_000 };

/** What `--help` prints. */
export const help = (known: readonly string[]): string => `npm run bench [-- row …] [options]

Measures Quartermaster beside bare servers that answer the same bytes, in turns, on a PostgreSQL of its own.
Rows: ${known.join(', ')}

  --hosts 10k|100k|1m   hosts in the database (100k), for rows that don't set their own
  --rounds n            how often each server is measured (3)
  --seconds n           how long each time (2)
  --json                figures as JSON
  --profiles folder     keeps CPU profiles of the services`;

/** @returns null when `--help` is asked for @throws Error saying which argument can not be */
export function readArguments(given: readonly string[], known: readonly string[]): Wishes | null {
  const { values, positionals } = parseArgs({
    args: [...given],
    allowPositionals: true,
    options: {
      hosts: { type: 'string', default: '100k' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
      profiles: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`There is no row ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
  const hosts = sizes[values.hosts.toLowerCase()];
  if (!hosts) throw new Error(`--hosts takes ${Object.keys(sizes).join(', ')}.`);
  return {
    rows: positionals,
    hosts,
    rounds: whole('rounds', values.rounds),
    seconds: whole('seconds', values.seconds),
    json: values.json,
    profiles: values.profiles ? resolve(values.profiles) : null,
  };
}

function whole(name: string, text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new Error(`--${name} takes a whole number from 1 to 999.`);
  return Number(text);
}
