import { compareRequests } from '../measure/requests.ts';
import { type Bench, type Outcome, type Row, ratio, under } from '../row.ts';
import { refuseDifference, textAt } from '../same-bytes.ts';
import { projections, shownOf } from '../statements.ts';

const path = '/api/inventory/hostbyid/';
const columns = ['hostname', 'serial_no', 'details', 'status', 'hardware'];

/** The name of a host, the next one each time. */
let made = 0;
const body = JSON.stringify({
  hostname: 'made-«n».lab',
  serial_no: 'SN«n»',
  details: 'made by measuring',
  status: 'active',
  hardware: 7,
});

/** A load of new hosts; several may be on their way one after the other. */
export const newHosts = (headers: Readonly<Record<string, string>>) => () => {
  made += 1_000_000;
  return {
    headers: { ...headers, 'content-type': 'application/json' },
    shot: { kind: 'numbered', path, body, from: made } as const,
  };
};

export const create: Row = {
  name: 'create',
  about: 'a host, with validation and its audit row, to a bare INSERT that answers the same',
  async run(bench: Bench): Promise<Outcome> {
    const stage = await bench.stage(bench.hosts);
    const headers = await stage.bearer('r:add:host', 'r:view:host');
    const insert = 'INSERT INTO host (hostname, serial_no, details, status, hardware_id) VALUES ($1, $2, $3, $4, $5)';
    const sql = `WITH made AS (${insert} RETURNING *) SELECT ${shownOf(projections(stage).byId, 'made')}`;
    const route = { method: 'POST', path, name: 'create', keys: columns, one: true, envelope: '«rows»' } as const;
    const bare = await stage.bare('rows', [{ ...route, sql }]);
    try {
      const plain = async (url: string, name: string, more: Record<string, string>) => {
        const given = body.replaceAll('«n»', name);
        const text = await textAt(url + path, { ...more, 'content-type': 'application/json' }, given);
        return text.replaceAll(name, 'x').replace(/"id":\d+/, '"id":0');
      };
      refuseDifference('The bare server', await plain(stage.api.url, '#1#', headers), await plain(bare.url, '#2#', {}));
      const measured = await compareRequests(
        'create',
        { api: { server: stage.api, load: newHosts(headers) }, bare: { server: bare, load: newHosts({}) } },
        bench,
      );
      return {
        figures: [ratio('to a bare INSERT', measured.api, measured.bare, { atLeast: 0.5 })],
        measured: under('create', Object.values(measured)),
      };
    } finally {
      await bare.close();
    }
  },
};
