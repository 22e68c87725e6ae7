import type { OpenApiDocument } from '../openapi.ts';
import { convert } from './convert.ts';
import { leanDocument, within } from './lean.ts';
import { systemFolders } from './systems.ts';

/** A request of a collection, or a folder of them (it has `item`). */
export interface Item {
  readonly name: string;
  readonly item?: readonly Item[];
  readonly request?: {
    readonly method: string;
    readonly header?: readonly { readonly key: string; readonly value: string; readonly disabled?: boolean }[];
    readonly url: {
      readonly path: readonly string[];
      readonly variable?: readonly { readonly key: string; readonly value: unknown }[];
    };
    readonly body?: { readonly mode?: string; readonly raw?: string };
  };
}

/** A collection in Postman's format 2.1. */
export interface Collection {
  readonly info: { readonly name: string; readonly schema: string };
  readonly item: readonly Item[];
  readonly auth: object;
  readonly variable: readonly { readonly key: string; readonly value: string }[];
}

/** The API as a Postman collection: a folder a system, each request with an example, variables for host and token. */
export async function postmanCollection(document: OpenApiDocument): Promise<Collection> {
  const { info, item } = (await convert(leanDocument(document))) as Collection;
  const url = document.servers[0]?.url ?? '';
  const folders = item.map((folder) => {
    const [system = '', name = ''] = folder.name.split(within);
    return { system, folder: { ...bare(folder, url), name } };
  });
  return {
    info: { name: info.name, schema: info.schema },
    item: systemFolders.map((name) => ({
      name,
      item: folders.filter(({ system }) => system === name).map(({ folder }) => folder),
    })),
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] },
    variable: [
      { key: 'baseUrl', value: url },
      { key: 'token', value: '' },
    ],
  };
}

/**
 * Without what differs from one conversion to the next, and without answers: they are in the document. Links in bodies
 * lead to the host that the variable names.
 */
function bare({ name, item, request }: Item, url: string): Item {
  if (item) return { name, item: item.map((one) => bare(one, url)) };
  // Without an `auth` of its own a request takes the collection's.
  const { auth, body, ...rest } = request as NonNullable<Item['request']> & { auth?: unknown };
  if (!body) return { name, request: rest };
  const raw = body.raw?.replaceAll(url, '{{baseUrl}}');
  return { name, request: { ...rest, body: { ...body, ...(raw && { raw }) } } };
}
