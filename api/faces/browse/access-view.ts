import { methods, type OpenApiDocument } from '../../schema/openapi.ts';
import { type AccessView, accessOf } from '../../schema/reference/access-words.ts';
import { slugOf } from '../../schema/reference/reference-view.ts';

/** What can be asked of a path, who may, and where the API pages say more. */
export interface PathAccess {
  readonly method: string;
  readonly summary: string;
  readonly access: AccessView;
  readonly href: string;
}

/** The operations of a path as the OpenAPI document spells it (`/api/part/{id}/`), with the scopes each takes in words. */
export function accessAt(document: OpenApiDocument, path: string): PathAccess[] {
  const item = document.paths[path] ?? {};
  return methods.flatMap((method) => {
    const operation = item[method];
    if (!operation) return [];
    const { summary, operationId, tags } = operation;
    const href = `/api-doc/${slugOf(tags[0])}/#${operationId}`;
    return [{ method: method.toUpperCase(), summary, access: accessOf(operation), href }];
  });
}

/** The path of the document that a request's path fits; undefined when it describes none. */
export function describedPath(document: OpenApiDocument, path: string): string | undefined {
  const plain = path.replace(/\/\d+(?=\/|$)/g, '/{id}');
  return [path, `${path}/`, path.replace(/\/$/, ''), plain, `${plain}/`, plain.replace(/\/$/, '')].find((one) =>
    Object.hasOwn(document.paths, one),
  );
}
