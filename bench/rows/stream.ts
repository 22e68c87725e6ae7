import { median } from '../measure/median.ts';
import { stream as read, type Streamed } from '../measure/stream.ts';
import { progress } from '../progress.ts';
import type { Bench, Figure, Outcome, Row } from '../row.ts';
import { textAt } from '../same-bytes.ts';

const hosts = 1_000_000;
const path = '/api/inventory/host/';

export const stream: Row = {
  name: 'stream',
  about: 'a list of a million hosts without a limit',
  async run({ stage: open, rounds }: Bench): Promise<Outcome> {
    const stage = await open(hosts);
    const headers = await stage.bearer('r:view:host');
    // What any request makes the api load is no part of it.
    for (let n = 0; n < 200; n++) await textAt(`${stage.api.url}${path}?limit=100&cursor=`, headers);
    const taken: Streamed[] = [];
    for (let round = 1; round <= rounds; round++) {
      progress(`stream: round ${round} of ${rounds}`);
      taken.push(await read(stage.api.url + path, headers, stage.api.child.pid));
    }
    const grown = taken.flatMap((one) => (one.grown === null ? [] : [one.grown]));
    const bytes = taken[0]?.bytes ?? 0;
    const figures: Figure[] = [
      { what: 'to the first byte', unit: 'ms', value: median(taken.map(({ firstByte }) => firstByte)), atMost: 200 },
      {
        what: `to the last of ${(bytes / 2 ** 20).toFixed(0)} MB`,
        unit: 'ms',
        value: median(taken.map(({ milliseconds }) => milliseconds)),
      },
    ];
    if (grown.length > 0) {
      const most = Math.max(...grown) / 2 ** 20;
      figures.push({ what: 'more memory while it is sent, at most', unit: 'MB', value: most, atMost: 64 });
    }
    return { figures, measured: [] };
  },
};
