import Type from 'typebox';
import { resourceScopes } from '../../../shared/access/scopes.ts';
import { createDeviceToken, deleteDeviceToken, listDeviceTokens } from '../../me/device-tokens.ts';
import { type Endpoint, endpoint } from '../../me/endpoint.ts';
import { sightOf } from '../../store/sight.ts';
import { Store } from '../../store/store.ts';
import { globalSearch } from './global-search.ts';
import { me } from './me.ts';
import { routes } from './routes.ts';
import { tables } from './tables.ts';

/** Whoever may read anything may know where it is. */
const anyView = Object.keys(resourceScopes).filter((scope) => /^(g:read|a:superuser|r:view:.*)$/.test(scope));

const schema = Type.Object({
  data: Type.Array(
    Type.Object({
      methods: Type.Array(Type.String()),
      uri: Type.String(),
      name: Type.String(),
      middleware: Type.Array(Type.String()),
      description: Type.String(),
    }),
  ),
  resources: Type.Array(Type.Object({ name: Type.String(), tables: Type.Array(Type.String()), label: Type.String() }), {
    description: 'Those that you may view.',
  }),
});

export const endpointList: Endpoint = endpoint({
  method: 'get',
  path: '/api/endpoints',
  operation: { who: 'signed-in', scopes: anyView },
  operationId: 'endpoints',
  tag: 'table',
  summary: 'What can be asked for here',
  responses: { 200: { description: 'Routes, and the resources that they may name', schema } },
  handler: ({ services, principal }) => {
    const sees = sightOf(new Store(services), principal);
    const viewable = [...new Set(tables.values())].filter(({ resource }) => sees(resource, 'view') !== 'nothing');
    return {
      body: {
        data: [...alone(), ...ofResources],
        resources: viewable.map(({ name, resource }) => ({ name, tables: [name], label: resource.title[1] })),
      },
    };
  },
});

const middleware = ['api', 'auth:sanctum'];
const withHead = (methods: readonly string[]) =>
  methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));

const alone = (): object[] =>
  [me, endpointList, globalSearch, listDeviceTokens, createDeviceToken, deleteDeviceToken].map(
    ({ method, path, operationId, summary }) => ({
      methods: withHead([method.toUpperCase()]),
      uri: path.slice(1),
      name: operationId.replaceAll('_', '-'),
      middleware,
      description: `${summary}.`,
    }),
  );

const ofResources = routes.map(({ name, methods, path, description }) => ({
  methods: withHead(methods),
  uri: `api/resources/{resource_name}${path}`,
  name: `resources.${name}`,
  middleware,
  description,
}));
