import { familyUsageOf } from '../measure/usage.ts';
import { type AnsweredBy, answeredSince } from './answered-by.ts';
import type { Addresses } from './journeys.ts';

/** Lists that nobody writes to meanwhile, and what they cost each database server. */
export interface Lists extends AnsweredBy {
  readonly lists: number;
  /** Milliseconds of processor time for a list; null where nobody tells. */
  readonly cpu: Record<keyof AnsweredBy, number | null>;
}

const atOnce = 8;

/** Reads so many lists of 100 hosts through the proxy. @throws Error for an answer that is none */
export async function readLists(
  lists: number,
  { url, apis }: Addresses,
  token: string,
  pids: Readonly<Record<keyof AnsweredBy, number>>,
): Promise<Lists> {
  const answered = await answeredSince(apis);
  const used = async () => ({ replica: await familyUsageOf(pids.replica), primary: await familyUsageOf(pids.primary) });
  const before = await used();
  let left = lists;
  const client = async () => {
    while (left-- > 0) {
      const list = await fetch(`${url}/api/inventory/host/?limit=100`, {
        headers: { authorization: `Token ${token}` },
      });
      if (list.status !== 200) throw new Error(`${list.status} to a list: ${await list.text()}`);
      await list.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  const after = await used();
  const each = (server: keyof AnsweredBy) => {
    const [from, to] = [before[server], after[server]];
    return from && to ? (to.cpu - from.cpu) / lists : null;
  };
  return { lists, cpu: { replica: each('replica'), primary: each('primary') }, ...(await answered()) };
}
