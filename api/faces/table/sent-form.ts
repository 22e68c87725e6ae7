import type { Context } from 'koa';
import { type TakesFile, withSentFiles } from '../../media/sent-files.ts';
import type { Row } from '../../resources/declaration.ts';
import type { Store } from '../../store/store.ts';
import { type Place, placeOf, type Route } from './routes.ts';
import type { Tabled } from './tabled.ts';

const taking = ({ fields }: Tabled): TakesFile[] =>
  [...fields.values()]
    .filter(({ field, writable }) => writable && field.file)
    .map(({ name, field }) => ({ key: name, name, field }));

/** What a form with files does at a place: it makes a row or changes one. Undefined where no form takes any. */
const writeAt = ({ tabled, routes }: Place): Route | undefined =>
  taking(tabled).length > 0
    ? routes.find(({ name }) => name === 'create' || name === 'update' || name === 'inline')
    : undefined;

/** Whether a form sent to a path may hold files. */
export function filesAt(tables: ReadonlyMap<string, Tabled>): (path: string) => boolean {
  return (path) => {
    const place = path.startsWith('/api/resources/') ? placeOf(tables, path) : null;
    return place !== null && writeAt(place) !== undefined;
  };
}

/**
 * Goes on with what was sent: the body as it was read already, or a form whose files are taken in now that `mayWrite`
 * has let its sender through.
 */
export async function withSentForm(
  ctx: Context,
  store: Store,
  place: Place,
  mayWrite: (route: Route) => void,
  goOn: (files: Row) => Promise<void>,
): Promise<void> {
  const route = ctx.is('multipart/form-data') ? writeAt(place) : undefined;
  if (!route || ctx.method === 'GET' || ctx.method === 'HEAD') return goOn({});
  mayWrite(route);
  await withSentFiles(ctx, store, taking(place.tabled), (fields, files) => {
    (ctx.request as { body?: Row }).body = fields;
    return goOn(files);
  });
}
