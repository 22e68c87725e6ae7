import { address, integer, mac, timestamp } from '../resources/fields.ts';
import { Invalid } from '../store/refusals.ts';
import { readValue } from '../store/values.ts';

/** What a scanning agent sends, its results still as they came. */
export interface Report {
  readonly agent: string;
  /** Canonical, in the installation's zone where it has none of its own; null: now. */
  readonly timestamp: string | null;
  readonly results: readonly unknown[];
}

/** One result: a NIC by its number or a MAC address, and where it was seen. */
export interface Sighting {
  /** What the answer calls it: its MAC address, else the number, as they were sent. */
  readonly label: string | number | null;
  readonly nic: number | null;
  readonly mac: string | null;
  readonly ip: string;
}

export type Unreadable = Pick<Sighting, 'label'> & { readonly error: string };

/**
 * Reads a report. Null when it lacks its agent or its results.
 * @throws Invalid naming what can't be read
 */
export function readReport(given: { agentident?: unknown; timestamp?: unknown; results?: unknown }): Report | null {
  const { agentident, timestamp: at, results } = given;
  if (agentident === undefined || agentident === null || agentident === '') return null;
  if (results === undefined || results === null) return null;
  const agent = printable(agentident, 101);
  const read = at === undefined || at === null ? { value: null } : readValue(moment, at);
  const problems = {
    ...((typeof agent !== 'string' || agent.trim() === '' || agent.length > 100) && {
      agentident: ['A text of at most 100 characters is required.'],
    }),
    ...('error' in read && { timestamp: [read.error] }),
    ...(!Array.isArray(results) && { results: ['A list of results is required.'] }),
  };
  if (Object.keys(problems).length > 0) throw new Invalid(problems);
  return {
    agent: String(agent),
    timestamp: 'value' in read ? (read.value as string | null) : null,
    results: results as unknown[],
  };
}

const moment = timestamp();
const ipField = address();
const macField = mac();
const numberField = integer();

/** Reads one result; what is wrong with it when it can't be read. */
export function readSighting(raw: unknown): Sighting | Unreadable {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return { label: null, error: 'A result is an object with ip, and nic or mac.' };
  }
  const { nic, mac, ip } = raw as Record<string, unknown>;
  const label = printable(mac ?? nic, 60);
  if (nic === undefined && mac === undefined) return { label, error: 'A result takes nic or mac.' };
  const where = readValue(ipField, ip);
  if ('error' in where) return { label, error: `ip: ${where.error}` };
  if (nic !== undefined && nic !== null) {
    const number = readValue(numberField, nic);
    if ('error' in number) return { label, error: `nic: ${number.error}` };
    return { label, nic: number.value as number, mac: null, ip: where.value as string };
  }
  const address = readValue(macField, mac);
  if ('error' in address) return { label, error: `mac: ${address.error}` };
  return { label, nic: null, mac: address.value as string, ip: where.value as string };
}

/** What was sent, in a form that can be told back: PostgreSQL's JSON knows no null character and no half characters. */
function printable(raw: unknown, longest: number): string | number | null {
  if (typeof raw === 'number' && Number.isFinite(raw)) return raw;
  return typeof raw === 'string' ? raw.replaceAll('\0', '').slice(0, longest).toWellFormed() : null;
}
