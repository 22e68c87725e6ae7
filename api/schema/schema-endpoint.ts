import type { Context } from 'koa';
import Type from 'typebox';
import { type Endpoint, endpoint } from '../me/endpoint.ts';
import type { DocumentFormat, Printed } from './print.ts';

/** Content types by what a client accepts; the first is for those that take anything. */
const types: readonly (readonly [type: string, format: DocumentFormat])[] = [
  ['application/vnd.oai.openapi', 'yaml'],
  ['application/yaml', 'yaml'],
  ['application/json', 'json'],
  ['application/vnd.oai.openapi+json', 'json'],
];

/** `GET /api/schema/`: the OpenAPI document, in the format that `?format=`, the path's ending or `Accept` names. */
export const schemaEndpoint = (
  printed: (format: DocumentFormat) => Promise<Printed>,
  collection: () => Promise<Printed>,
): Endpoint =>
  endpoint({
    method: 'get',
    path: '/api/schema/',
    also: ['/api/schema.json', '/api/schema.yaml'],
    operation: { anonymous: true, scopes: [] },
    operationId: 'schema_retrieve',
    tag: 'server',
    summary: 'This document',
    description: 'OpenAPI 3.1, as YAML unless JSON is asked for by `format` or `Accept`.',
    query: Type.Object({
      format: Type.Optional(
        Type.Enum(['yaml', 'json', 'openapi', 'openapi-json', 'postman'], {
          description: 'Wins over `Accept`. `postman`: the API as a Postman collection.',
        }),
      ),
    }),
    mediaTypes: types.map(([type]) => type),
    responses: { 200: { description: 'The document', schema: Type.Object({}, { additionalProperties: true }) } },
    handler: async ({ ctx, query }) => {
      const asked = (query as { format?: string }).format;
      const postman = asked === 'postman';
      const [type, format] = chosen(ctx, postman ? 'json' : asked);
      const { text, gzip, etag } = await (postman ? collection() : printed(format));
      if (postman) ctx.attachment('quartermaster.postman_collection.json');
      ctx.set({ 'Cache-Control': 'no-cache', ETag: etag, Vary: 'Accept, Accept-Encoding' });
      ctx.status = 200;
      if (ctx.fresh) return { status: 304 };
      ctx.set('Content-Type', type);
      // Ten times smaller, and it is much.
      const packed = ctx.acceptsEncodings('gzip', 'identity') === 'gzip';
      if (packed) ctx.set('Content-Encoding', 'gzip');
      ctx.body = packed ? gzip : text;
      return {};
    },
  });

function chosen(ctx: Context, asked: string | undefined): readonly [type: string, format: DocumentFormat] {
  const ending = /\.(json|yaml)$/.exec(ctx.path)?.[1];
  const format = asked ? (asked.includes('json') ? 'json' : 'yaml') : ending;
  if (format === 'json') return ['application/json', 'json'];
  if (format === 'yaml') return ['application/yaml', 'yaml'];
  const accepted = ctx.accepts(types.map(([type]) => type));
  // A browser that comes by reads it at once instead of keeping a file.
  if (ctx.accepts('application/json', 'text/html') === 'text/html') return ['text/plain; charset=utf-8', 'yaml'];
  return types.find(([type]) => type === accepted) ?? types[0]!;
}
