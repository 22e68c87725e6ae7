import { compareRequests } from '../measure/requests.ts';
import { type Bench, type Outcome, type Row, under } from '../row.ts';

const words = { 'a word in 20 of them': 'zeppelin', 'a word in 20,000 of them': 'router' };

export const search: Row = {
  name: 'search',
  about:
    '25 of 100,000 hosts by a word, asked for one after the other: median of the whole answer, not the database alone',
  async run(bench: Bench): Promise<Outcome> {
    const stage = await bench.stage(100_000);
    const headers = await stage.bearer('r:view:host');
    const requests = Object.entries(words).map(([name, word]) => {
      const paths = [`/api/inventory/host/?limit=25&search=${word}`];
      return [
        name,
        { server: stage.api, load: () => ({ headers, connections: 1, shot: { kind: 'paths', paths } as const }) },
      ] as const;
    });
    const measured = Object.values(await compareRequests('search', Object.fromEntries(requests), bench));
    return {
      figures: measured.map(({ name, p50 }) => ({ what: name, unit: 'ms', value: p50, atMost: 10 })),
      measured: under('search', measured),
    };
  },
};
