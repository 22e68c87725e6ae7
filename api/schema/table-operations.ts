import type { Config } from '../../shared/config.ts';
import type { Tabled } from '../faces/table/tabled.ts';
import { operationFor } from '../store/operation.ts';
import { troubles } from './answers.ts';
import { type OperationObject, type PathItem, refTo } from './openapi.ts';
import { securityOf } from './security.ts';
import { readingWishes } from './table-reads.ts';
import type { Wish } from './table-wish.ts';
import { actionWishes, writingWishes } from './table-writes.ts';

/** What the tag of a resource's table is called. */
export const tableTag = ({ resource }: Tabled): string => `${resource.title[1]} (table)`;

/** The paths of a resource's table face. */
export function tablePaths(tabled: Tabled, config: Pick<Config, 'anonymousRead'>): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {};
  for (const wish of [...readingWishes(tabled), ...writingWishes(tabled), ...actionWishes(tabled)]) {
    if (!tabled.offered.includes(wish.permission)) continue;
    const path = `${tabled.path}${wish.path}`;
    paths[path] = { ...paths[path], [wish.method]: operationOf(tabled, wish, path, config) };
  }
  return paths;
}

function operationOf(
  tabled: Tabled,
  wish: Wish,
  path: string,
  { anonymousRead }: Pick<Config, 'anonymousRead'>,
): OperationObject {
  const security = securityOf(operationFor(tabled.resource, wish.action ?? wish.permission, anonymousRead));
  const [status, description, schema] = wish.answer;
  const { body, parameters = [] } = wish;
  return {
    operationId: `resources_${tabled.name}_${wish.id}`,
    tags: [tableTag(tabled)],
    summary: wish.summary,
    parameters: [
      ...(path.includes('{id}') ? [refTo('parameters', 'id')] : []),
      ...parameters,
      ...(schema ? [refTo('parameters', 'prefer')] : []),
    ],
    ...(body && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          (body.forms ? bodyTypes : ['application/json']).map((type) => [
            type,
            { schema: body.schema, ...(type === 'application/json' && { example: body.example }) },
          ]),
        ),
      },
    }),
    responses: {
      [status]: { description, ...(schema && { content: { 'application/json': { schema } } }) },
      ...troubles(
        path,
        ['forbidden', ...(path.includes('{') ? ['missing' as const] : []), ...wish.troubles],
        body !== undefined,
      ),
    },
    ...(security && { security }),
  };
}

const bodyTypes = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];
