import type { Config } from '../../shared/config.ts';
import { actionsAt, offeredAt, olderRowPath, type Spelled } from '../faces/rest/spelling.ts';
import { operationFor } from '../store/operation.ts';
import { actionWish, listActionWish } from './action-wishes.ts';
import { troubles } from './answers.ts';
import type { MediaType, OperationObject, PathItem } from './openapi.ts';
import { listWishes, rowWishes, viewWish } from './row-wishes.ts';
import { securityOf } from './security.ts';
import { severalWishes } from './several-wishes.ts';
import type { Wish } from './wish.ts';

/** Bodies are read from all three. */
const bodyTypes = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];

/** `inventory/host` → `inventory_host`, the beginning of its operation ids. */
export const operationName = (path: string): string => path.replaceAll(/[/-]/g, '_');

/** What tells the spellings of a resource apart. */
const spellings = { hyperlinked: 'links', ids: 'numbers', pk: 'InvenTree’s keys' } as const;

/** The paths of a spelling: its list, its rows, and what can be done to a row. */
export function resourcePaths(
  spelled: Spelled,
  config: Pick<Config, 'publicUrl' | 'anonymousRead'>,
): Record<string, PathItem> {
  const { resource, spelling, listPath } = spelled;
  const name = operationName(spelling.path);
  const offered = offeredAt(spelling);
  const rowPath = `${listPath}{id}/`;
  const paths: Record<string, PathItem> = {};
  const spelt = resource.rest.length > 1 ? ` (${spellings[spelling.style]})` : '';

  const add = (path: string, wish: Wish) => {
    const security = securityOf(operationFor(resource, wish.action ?? wish.permission, config.anonymousRead));
    const [status, description, schema] = wish.answer;
    const operation: OperationObject = {
      operationId: `${name}_${wish.id}`,
      tags: [resource.title[1]],
      summary: wish.summary + spelt,
      ...(wish.description && { description: wish.description }),
      ...(wish.parameters?.length && { parameters: wish.parameters }),
      ...(wish.body && {
        requestBody: {
          required: true,
          content: Object.fromEntries(bodyTypes.map((type) => [type, mediaOf(type, wish)])),
        },
      }),
      responses: {
        [status]: {
          description,
          ...(wish.headers && { headers: wish.headers }),
          ...(schema && { content: { 'application/json': { schema } } }),
        },
        ...troubles(path, wish.troubles, wish.body !== undefined),
      },
      ...(security && { security }),
    };
    paths[path] = { ...paths[path], [wish.method]: operation };
  };

  for (const wish of spelling.rowsOnly ? [] : listWishes(spelled)) {
    if (offered.includes(wish.permission)) add(listPath, wish);
  }
  for (const wish of severalWishes(spelled)) add(listPath, wish);
  for (const wish of rowWishes(spelled)) if (offered.includes(wish.permission)) add(rowPath, wish);
  const older = olderRowPath(spelling);
  for (const wish of older ? rowWishes(spelled) : []) {
    if (!offered.includes(wish.permission)) continue;
    add(older, { ...wish, id: `older_${wish.id}`, description: `The same as \`${rowPath}\`.` });
  }
  for (const view of Object.keys(spelling.views ?? {})) add(`${rowPath}${view}/`, viewWish(spelled, view));
  const actions = actionsAt(spelled);
  for (const [action, declared] of Object.entries(actions.row)) {
    add(`${rowPath}${action}/`, actionWish(spelled, action, declared));
  }
  for (const [action, declared] of Object.entries(actions.list)) {
    add(`${listPath}${action}/`, listActionWish(spelled, action, declared));
  }
  return paths;
}

const mediaOf = (type: string, { body }: Wish): MediaType => ({
  schema: body?.schema ?? {},
  ...(type === 'application/json' && { example: body?.example }),
});
