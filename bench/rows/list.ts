import { besideBare } from '../measure/beside.ts';
import { bareRoutes, type ListPage, size } from '../pages.ts';
import { type Bench, type Outcome, outcomeOf, type Row, ratio, under } from '../row.ts';

const dialects: readonly ListPage[] = [
  { name: 'REST', path: `/api/inventory/host/?cursor=&limit=${size}`, shows: 'rest' },
  { name: 'entities', path: `/api/v1/Host?maxSize=${size}&collectionOnly=true`, shows: 'entity' },
  {
    name: 'table',
    path: `/api/resources/hosts/table/hosts?per_page=${size}`,
    headers: { prefer: 'return=minimal' },
    total: 'total',
    shows: 'minimalTable',
  },
];

export const list: Row = {
  name: 'list',
  about: `${size} hosts, in each of the three dialects; the table tells how many there are, and so do the bare servers then`,
  async run(bench: Bench): Promise<Outcome> {
    const outcomes: Outcome[] = [];
    for (const page of dialects) outcomes.push(await measure(bench, page));
    return outcomeOf(outcomes);
  },
};

async function measure(bench: Bench, page: ListPage): Promise<Outcome> {
  const stage = await bench.stage(bench.hosts);
  const bearer = await stage.bearer('r:view:host');
  const headers = { ...bearer, ...page.headers };
  const routes = await bareRoutes(stage, page, bearer);
  const { api, rows, text } = await besideBare(
    { what: `list, ${page.name}`, stage, headers, routes, paths: [page.path] },
    bench,
  );
  return {
    figures: [
      ratio(`${page.name}, to the bare server that prints rows`, api, rows, { atLeast: 1.3 }),
      ratio(`${page.name}, to the bare server that passes text on`, api, text, { atLeast: 0.85 }),
    ],
    measured: under(page.name, [api, rows, text]),
  };
}
