import type { Shot } from '../load/shots.ts';
import { compareRequests } from '../measure/requests.ts';
import { size as page } from '../pages.ts';
import { type Bench, type Outcome, outcomeOf, type Row, ratio, under } from '../row.ts';
import { newHosts } from './create.ts';
import { someHosts } from './detail.ts';

const [few, many] = [10_000, 1_000_000];
const list = '/api/inventory/host/';

const places = ['lab', 'office', 'cellar', 'roof', 'depot'];
const nameOf = (n: number) => `NODE${String(n).padStart(7, '0')}.${places[n % places.length]}`;

type Work = (hosts: number) => Shot;

const reads: Readonly<Record<string, Work>> = {
  detail: (hosts) => ({ kind: 'paths', paths: someHosts(hosts) }),
  list: () => ({ kind: 'paths', paths: [`${list}?limit=${page}&cursor=`] }),
  filter: () => ({
    kind: 'paths',
    paths: Array.from({ length: 1000 }, (_, n) => `${list}?hostname=${nameOf(1 + n * 9)}&limit=20`),
  }),
};

export const size: Row = {
  name: 'size',
  about: 'a million hosts instead of ten thousand',
  async run(bench: Bench): Promise<Outcome> {
    const [small, large] = [await bench.stage(few), await bench.stage(many)];
    const outcomes: Outcome[] = [];
    const measure = async (name: string, load: (stage: typeof small) => Promise<() => object>) => {
      const [before, after] = [await load(small), await load(large)];
      const measured = await compareRequests(
        `size, ${name}`,
        {
          'a million': { server: large.api, load: after as never },
          'ten thousand': { server: small.api, load: before as never },
        },
        bench,
      );
      outcomes.push({
        figures: [ratio(name, measured['a million'], measured['ten thousand'], { atLeast: 0.85, atMost: 1.15 })],
        measured: under(name, Object.values(measured)),
      });
    };
    for (const [name, shot] of Object.entries(reads)) {
      await measure(name, async (stage) => {
        const headers = await stage.bearer('r:view:host');
        return () => ({ headers, shot: shot(stage.hosts) });
      });
    }
    await measure('create', async (stage) => newHosts(await stage.bearer('r:add:host', 'r:view:host')));
    return outcomeOf(outcomes);
  },
};
