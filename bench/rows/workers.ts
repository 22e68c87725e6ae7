import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceProcess, startProcess } from '../../test/harness/service-process.ts';
import { environmentOf } from '../../test/harness/start.ts';
import { compare } from '../measure/compare.ts';
import { type Bench, type Outcome, outcomeOf, type Row, ratio, under } from '../row.ts';
import { someHosts } from './detail.ts';

/** With load, api and database on one machine of two processors the second process has none of its own. */
export const workers: Row = {
  name: 'workers',
  about: 'hosts by their ids and lists of 100 from one process and from WORKERS=2, with what a request costs in each',
  async run(bench: Bench): Promise<Outcome> {
    const stage = await bench.stage(bench.hosts);
    const headers = await stage.bearer('r:view:host');
    const two = await startProcess('api/main.ts', { ...environmentOf(stage.services.config), WORKERS: '2' });
    try {
      await untilAllServe(two, 2);
      const measure = async (what: string, paths: readonly string[]) => {
        const subject = (name: string, { url, child }: ServiceProcess) => ({
          name,
          pid: child.pid,
          load: () => ({ url, headers, shot: { kind: 'paths', paths } as const }),
        });
        const measured = await compare(what, [subject('one process', stage.api), subject('WORKERS=2', two)], bench);
        const [one, both] = measured;
        const figures = one && both ? [ratio(`${what}: two processes, to one`, both, one, {})] : [];
        return { figures, measured: under(what, measured) };
      };
      return outcomeOf([
        await measure('detail', someHosts(bench.hosts)),
        await measure('list', ['/api/inventory/host/?limit=100&cursor=']),
      ]);
    } finally {
      await two.close();
    }
  },
};

async function untilAllServe({ url }: ServiceProcess, processes: number): Promise<void> {
  const all = new RegExp(`^service_processes ${processes}$`, 'm');
  while (!all.test(await (await fetch(`${url}/metrics`)).text())) await sleep(100);
}
