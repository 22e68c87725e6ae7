import type { Row } from '../../resources/declaration.ts';
import { NotFound } from '../../store/refusals.ts';
import { sendText } from '../rest/answer.ts';
import type { Call } from './call.ts';
import { actionFacts, columnFacts, may } from './describe.ts';
import { pageFacts } from './envelope.ts';
import { parseTable, type TableState } from './parse-query.ts';
import { fullRow, minimalRow } from './rows.ts';

/** `GET table/{table}`: a page of rows, and beside it all that draws a table, unless only the rows are wanted. */
export async function showTable(call: Call): Promise<void> {
  const { ctx, store, principal, tabled, sees, publicUrl, named, wanted } = call;
  const { resource } = tabled;
  if (named !== tabled.name && named !== resource.name) throw new NotFound('There is no such table.');
  const { state, query } = parseTable(tabled, call.asked(), sees);
  const minimal = wanted === 'minimal';
  const projection = minimal ? minimalRow(tabled, 'table') : fullRow(tabled, 'table', sees);
  const { text, count, countIsEstimate } = await store.list(principal, projection, query);
  const { limit, offset } = query.page;
  const total = count ?? 0;
  const { meta, links } = pageFacts({
    url: `${publicUrl}${tabled.path}/table/${tabled.name}`,
    limit,
    offset,
    total,
    shown: text === '[]' ? 0 : Math.min(limit, total - offset),
    estimated: countIsEstimate,
    asked: repeated(state),
  });
  const rest = minimal
    ? { meta }
    : {
        columns: [...tabled.columns.values()].map((column) => columnFacts(tabled, column)),
        tabs: await tabFacts(call, state),
        actions: actionFacts(tabled, sees),
        state,
        permissions: { create: may(tabled, sees, 'add') },
        resource: tabled.name,
        table: tabled.name,
        meta,
        links,
      };
  sendText(ctx, 200, `{"data":${text ?? '[]'},${JSON.stringify(rest).slice(1)}`);
}

/** What links repeat, so that a page's neighbours can be asked for without a body. */
const repeated = ({ tab, search_columns, sort_column, sort_direction }: TableState): Row => ({
  tab,
  search_columns,
  ...(sort_column !== null && { sort_column, sort_direction }),
});

async function tabFacts({ store, principal, tabled: { resource } }: Call, { tab }: TableState) {
  const tabs = Object.entries(resource.tabs ?? {});
  if (tabs.length === 0) return [];
  const counts = await store.tabCounts(principal, resource);
  return tabs.map(([name, { label }]) => ({ name, label, active: name === tab, count: counts[name] ?? 0 }));
}
