import Type from 'typebox';
import { permissions, roleNames } from '../../../../shared/access/roles.ts';
import { type Endpoint, endpoint } from '../../../me/endpoint.ts';
import { wordsOf } from '../../../store/search.ts';
import { Store } from '../../../store/store.ts';
import type { Entities } from '../spelling.ts';
import { base } from './at.ts';

const found = Type.Object({ id: Type.String(), name: Type.String(), _scope: Type.String() });

/** Every scope that lets a token view anything. */
const viewScopes = ['g:read', 'a:superuser', ...roleNames.map((role) => `r:${permissions[0]}:${role}`)];

/** `GET GlobalSearch`: words in any entity that the caller may view, the best first. */
export const globalSearch = (entities: Entities): Endpoint =>
  endpoint({
    method: 'get',
    path: `${base}/GlobalSearch`,
    operation: { who: 'signed-in', scopes: viewScopes },
    operationId: 'v1_GlobalSearch',
    tag: 'entity',
    summary: 'Search everything that you may view',
    query: Type.Object({
      q: Type.Optional(Type.String({ maxLength: 1000, description: 'Words that must all be found.' })),
      offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
      maxSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    }),
    responses: {
      200: {
        description: 'How many there are, and a page of them.',
        schema: Type.Object({ total: Type.Integer(), list: Type.Array(found) }),
      },
    },
    handler: async ({ services, principal, query }) => {
      const { q = '', offset = 0, maxSize = 20 } = query;
      // The best of all are among the best of each.
      const groups = await new Store(services).search(principal, wordsOf(q), { limit: offset + maxSize });
      const hits = groups.flatMap(({ resource, hits }) =>
        hits.map(({ id, label, rank }) => ({ id: String(id), name: label, _scope: entities.of(resource).name, rank })),
      );
      const page = hits.toSorted((a, b) => b.rank - a.rank).slice(offset, offset + maxSize);
      const total = groups.reduce((sum, { count }) => sum + count, 0);
      return { body: { total, list: page.map(({ rank: _, ...hit }) => hit) } };
    },
  });
