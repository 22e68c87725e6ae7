import type { MediaType, OpenApiDocument, OperationObject, Parameter, Reference } from '../openapi.ts';
import { methods } from '../openapi.ts';
import { systemOf } from './systems.ts';

/** Between the two names of a folder's tag. */
export const within = ' / ';

/**
 * The document as the converter gets it: one kind of body an operation with an example that works, and answers without
 * their schemas, which would be printed once for each of hundreds of requests.
 */
export function leanDocument({ info, servers, components, paths }: OpenApiDocument): object {
  const leanPaths = Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        methods.flatMap((method) => {
          const operation = item[method];
          return operation ? [[method, leanOperation(path, operation)]] : [];
        }),
      ),
    ]),
  );
  return { openapi: '3.1.0', info, servers, components, paths: leanPaths };
}

function leanOperation(path: string, operation: OperationObject): object {
  const { operationId, tags, summary, description, parameters, requestBody } = operation;
  const body = requestBody && leanBody(requestBody.content);
  return {
    operationId,
    tags: [`${systemOf(path)}${within}${tags[0]}`],
    summary,
    ...(description && { description }),
    ...(parameters && { parameters: parameters.map(leanParameter) }),
    ...(body && { requestBody: { required: requestBody.required, content: body } }),
    responses: { 200: { description: 'It went well' } },
  };
}

const leanParameter = (parameter: Parameter | Reference): object =>
  'in' in parameter && parameter.in === 'path' && parameter.schema.type === 'integer'
    ? { ...parameter, example: 1 }
    : parameter;

/** JSON where an operation takes it, with the example alone where there is one. */
function leanBody(content: Readonly<Record<string, MediaType>>): Record<string, object> | null {
  const [type, media] =
    Object.entries(content).find(([name]) => name === 'application/json') ?? Object.entries(content)[0] ?? [];
  if (type === undefined || media === undefined) return null;
  const { example } = media;
  if (example === undefined) return { [type]: media };
  return { [type]: { schema: { type: Array.isArray(example) ? 'array' : 'object', example }, example } };
}
