import { answeredSince } from './answered-by.ts';
import type { Addresses } from './journeys.ts';

/** A stretch of writes, each followed at once by a list that has to hold it. */
export interface Stretch {
  readonly name: string;
  readonly rounds: number;
  /** Lists that did not hold what their client had just written. */
  readonly missed: number;
  /** Requests that were answered otherwise than they should, and the first such answer. */
  readonly failed: number;
  readonly failure: string | null;
  /** Lists by the database server that answered; of processes that are still there. */
  readonly replica: number;
  readonly primary: number;
}

const path = '/api/inventory/building/';
const atOnce = 4;
let written = 0;

/** So many writes and reads through the proxy, by a few clients at once. `meanwhile` happens when a third of them is done. */
export async function readOwnWrites(
  name: string,
  rounds: number,
  { url, apis }: Addresses,
  token: string,
  meanwhile: () => Promise<void> = async () => {},
): Promise<Stretch> {
  const answered = await answeredSince(apis);
  const tally = { missed: 0, failed: 0, failure: null as string | null };
  let left = rounds;
  let disturbance: Promise<void> | null = null;
  const client = async () => {
    while (left-- > 0) {
      if (left <= (rounds * 2) / 3) disturbance ??= meanwhile();
      const outcome = await round(url, token);
      if (outcome === 'missed') tally.missed++;
      else if (outcome !== 'seen') {
        tally.failed++;
        tally.failure ??= outcome;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  await disturbance;
  return { name, rounds, ...tally, ...(await answered()) };
}

async function round(url: string, token: string): Promise<string> {
  const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' };
  const code = `W${++written}`;
  const made = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify({ code }) }).catch(reasonOf);
  if (typeof made === 'string') return `no answer to a new building: ${made}`;
  if (made.status !== 201) return `${made.status} to a new building: ${(await made.text()).slice(0, 200)}`;
  await made.arrayBuffer();
  const list = await fetch(`${url}${path}?code=${code}&limit=10`, { headers }).catch(reasonOf);
  if (typeof list === 'string') return `no answer to a list: ${list}`;
  if (list.status !== 200) return `${list.status} to a list: ${(await list.text()).slice(0, 200)}`;
  const { count } = (await list.json()) as { count: number };
  return count === 1 ? 'seen' : 'missed';
}

const reasonOf = (error: Error): string => String(error.cause ?? error);
