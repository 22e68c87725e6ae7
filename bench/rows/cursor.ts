import { compareRequests } from '../measure/requests.ts';
import { size } from '../pages.ts';
import { type Bench, type Outcome, type Row, ratio, under } from '../row.ts';
import { textAt } from '../same-bytes.ts';

const hosts = 1_000_000;
const depth = 900_000;
const path = '/api/inventory/host/';

export const cursor: Row = {
  name: 'cursor',
  about: `${size} hosts behind the first ${depth.toLocaleString('en')}, to the first page`,
  async run(bench: Bench): Promise<Outcome> {
    const stage = await bench.stage(hosts);
    const headers = await stage.bearer('r:view:host');
    const pages = {
      first: `${path}?limit=${size}&cursor=`,
      deep: `${path}?limit=${size}&cursor=${await cursorAt(stage.services.pool)}`,
    };
    const answer = JSON.parse(await textAt(stage.api.url + pages.deep, headers)) as { results: unknown[] };
    if (answer.results.length !== size) throw new Error('The deep page is not full');
    const asked = (one: string) => ({
      server: stage.api,
      load: () => ({ headers, shot: { kind: 'paths', paths: [one] } as const }),
    });
    const measured = await compareRequests('cursor', { deep: asked(pages.deep), first: asked(pages.first) }, bench);
    return {
      figures: [ratio('to the first page', measured.deep, measured.first, { atLeast: 0.8, atMost: 1.2 })],
      measured: under('cursor', Object.values(measured)),
    };
  },
};

/** The cursor of the last host before that depth, as the page before it would name it. */
async function cursorAt(pool: { query(sql: string): Promise<{ rows: { hostname: string; id: number }[] }> }) {
  const { rows } = await pool.query(`SELECT hostname, id FROM host ORDER BY hostname OFFSET ${depth - 1} LIMIT 1`);
  const [{ hostname, id } = { hostname: '', id: 0 }] = rows;
  return Buffer.from(JSON.stringify([hostname, String(id)])).toString('base64url');
}
