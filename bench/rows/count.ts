import { compareRequests } from '../measure/requests.ts';
import { size } from '../pages.ts';
import { type Bench, type Outcome, type Row, ratio, under } from '../row.ts';

const hosts = 1_000_000;
const path = '/api/inventory/host/';

export const count: Row = {
  name: 'count',
  about: `${size} of a million hosts with the count of all, to the same without`,
  async run(bench: Bench): Promise<Outcome> {
    const stage = await bench.stage(hosts);
    const headers = await stage.bearer('r:view:host');
    const asked = (query: string) => ({
      server: stage.api,
      load: () => ({ headers, shot: { kind: 'paths', paths: [`${path}?limit=${size}${query}`] } as const }),
    });
    const measured = await compareRequests(
      'count',
      {
        'all, counted': asked(''),
        all: asked('&cursor='),
        'filtered, counted': asked('&status=active'),
        filtered: asked('&status=active&cursor='),
      },
      bench,
    );
    return {
      figures: [
        ratio('all of them', measured['all, counted'], measured.all, { atLeast: 0.7 }),
        ratio('those that are active', measured['filtered, counted'], measured.filtered, { atLeast: 0.7 }),
      ],
      measured: under('count', Object.values(measured)),
    };
  },
};
