import { besideBare } from '../measure/beside.ts';
import { type Bench, type Outcome, type Row, ratio, under } from '../row.ts';
import { detailSql, projections, rowAsText } from '../statements.ts';

const path = '/api/inventory/host/';

/** Addresses of hosts, random ones. */
export const someHosts = (hosts: number): string[] =>
  Array.from({ length: 1000 }, () => `${path}${1 + Math.floor(Math.random() * hosts)}/`);

export const detail: Row = {
  name: 'detail',
  about: 'one host by its id, a random one each time',
  async run(bench: Bench): Promise<Outcome> {
    const stage = await bench.stage(bench.hosts);
    const sql = detailSql(projections(stage).rest);
    const route = { method: 'GET', path, byId: true, name: 'detail', one: true, envelope: '«rows»' } as const;
    const { api, rows, text } = await besideBare(
      {
        what: 'detail',
        stage,
        headers: await stage.bearer('r:view:host'),
        routes: { rows: { ...route, sql }, text: { ...route, sql: rowAsText(sql) } },
        paths: someHosts(bench.hosts),
      },
      bench,
    );
    return {
      figures: [
        ratio('to the bare server that prints rows', api, rows, { atLeast: 0.75 }),
        ratio('to the bare server that passes text on', api, text, {}),
      ],
      measured: under('detail', [api, rows, text]),
    };
  },
};
