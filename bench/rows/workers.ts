import { setTimeout as sleep } from 'node:timers/promises';
import { besideOther } from '../measure/other-api.ts';
import type { Row } from '../row.ts';

/** With load, api and database on one machine of two processors the second process has none of its own. */
export const workers: Row = {
  name: 'workers',
  about: 'hosts by their ids and lists of 100 from two processes on a port, beside one',
  run: (bench) =>
    besideOther(bench, {
      name: 'WORKERS=2',
      settings: () => ({ WORKERS: '2' }),
      async ready({ url }) {
        while (!/^service_processes 2$/m.test(await (await fetch(`${url}/metrics`)).text())) await sleep(100);
      },
    }),
};
