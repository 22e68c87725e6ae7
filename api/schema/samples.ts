import { type CodeSample, codeSamples } from './code-samples.ts';
import type { Method, OperationObject } from './openapi.ts';

/**
 * The call of an operation in several languages, made from what the document says of it when somebody reads its page:
 * those of all operations would be half of the document.
 */
export function samplesOf(
  publicUrl: string,
  path: string,
  method: Method,
  operation: OperationObject,
): readonly CodeSample[] {
  const { requestBody, security, responses } = operation;
  const example = requestBody?.content['application/json']?.example;
  const place = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => valueInPath(operation, name));
  return codeSamples({
    method,
    url: `${publicUrl}${place}${isPaged(operation) ? '?limit=25' : ''}`,
    ...(example !== undefined && { body: example }),
    ...(security && { security }),
    answers: Object.values(responses).some((answer) => 'content' in answer),
  });
}

/** Whether a list takes `limit`: without one the answer may be long. */
const isPaged = ({ parameters = [] }: OperationObject): boolean =>
  parameters.some((one) => '$ref' in one && one.$ref === '#/components/parameters/limit');

/** The first value that a name in a path may have; `1` where that is a number. */
function valueInPath({ parameters = [] }: OperationObject, name: string): string {
  const parameter = parameters.find((one) => 'in' in one && one.in === 'path' && one.name === name);
  const values = parameter && 'in' in parameter ? parameter.schema.enum : undefined;
  return Array.isArray(values) ? String(values[0]) : '1';
}
