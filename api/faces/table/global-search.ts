import Type from 'typebox';
import { resourceScopes } from '../../../shared/access/scopes.ts';
import { endpoint } from '../../me/endpoint.ts';
import type { Resource } from '../../resources/declaration.ts';
import { pluralOf } from '../../resources/plural.ts';
import { Invalid } from '../../store/refusals.ts';
import { wordsOf } from '../../store/search.ts';
import { Store } from '../../store/store.ts';
import { linkPathOf } from '../rest/spelling.ts';
import { tables } from './tables.ts';

const searched = [...new Set(tables.values())]
  .filter(({ offered }) => offered.includes('view'))
  .map(({ resource }) => resource);

/** Where a row can be looked at: on its page, if it has one. */
const placeOf = (resource: Resource, id: number): string =>
  resource.rest.length > 0 ? `${linkPathOf(resource)}${id}/` : `/api/resources/${pluralOf(resource)}/${id}`;

/** Hits of one resource. */
const hits = 10;

const scopes = Object.keys(resourceScopes).filter((scope) => /^(g:read|a:superuser|r:view:.*)$/.test(scope));

const schema = Type.Object({
  data: Type.Array(
    Type.Object({
      resource: Type.String(),
      label: Type.String(),
      results: Type.Array(
        Type.Object({ id: Type.Integer(), label: Type.String(), description: Type.String(), url: Type.String() }),
      ),
    }),
  ),
});

export const globalSearch = endpoint({
  method: 'get',
  path: '/api/global-search',
  operation: { who: 'signed-in', scopes },
  operationId: 'global_search',
  tag: 'table',
  summary: 'Search everything that you may view',
  query: Type.Object({ query: Type.String({ description: 'Words that must all be found in a row.' }) }),
  responses: { 200: { description: 'The best of each kind that has any', schema } },
  handler: async ({ services, principal, query }) => {
    const words = wordsOf(query.query);
    if (words.length === 0) throw new Invalid({ query: ['This field is required.'] });
    const found = await new Store(services).search(principal, words, { limit: hits, resources: searched });
    return {
      body: {
        data: found.map(({ resource, hits: results }) => ({
          resource: pluralOf(resource),
          label: resource.title[1],
          results: results.map(({ id, label, description }) => ({
            id,
            label,
            description,
            url: placeOf(resource, id),
          })),
        })),
      },
    };
  },
});
