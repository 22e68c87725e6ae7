import { type ServiceProcess, startProcess } from '../../test/harness/service-process.ts';
import { environmentOf } from '../../test/harness/start.ts';
import { type Bench, type Outcome, outcomeOf, ratio, under } from '../row.ts';
import { someHosts } from '../rows/detail.ts';
import { compare } from './compare.ts';

/** An api with other settings than the stage's. */
export interface Other {
  readonly name: string;
  /** Settings that it has beside those of the stage. */
  settings(databaseUrl: string): Readonly<Record<string, string>>;
  /** Waits until it is as it is to be measured. */
  ready?(api: ServiceProcess): Promise<void>;
}

/** Measures hosts by their ids and lists of 100 from the stage's api and from another on the same database. */
export async function besideOther(bench: Bench, other: Other): Promise<Outcome> {
  const stage = await bench.stage(bench.hosts);
  const headers = await stage.bearer('r:view:host');
  const { config } = stage.services;
  const api = await startProcess('api/main.ts', { ...environmentOf(config), ...other.settings(config.databaseUrl) });
  try {
    await other.ready?.(api);
    const measure = async (what: string, paths: readonly string[]) => {
      const subject = (name: string, { url, child }: ServiceProcess) => ({
        name,
        pid: child.pid,
        load: () => ({ url, headers, shot: { kind: 'paths', paths } as const }),
      });
      const measured = await compare(what, [subject('as it is', stage.api), subject(other.name, api)], bench);
      const [usual, unusual] = measured;
      const figures = usual && unusual ? [ratio(`${what}: ${other.name}, to the usual`, unusual, usual, {})] : [];
      return { figures, measured: under(what, measured) };
    };
    return outcomeOf([
      await measure('detail', someHosts(bench.hosts)),
      await measure('list', ['/api/inventory/host/?limit=100&cursor=']),
    ]);
  } finally {
    await api.close();
  }
}
