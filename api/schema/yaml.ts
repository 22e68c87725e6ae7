import { stringify } from 'yaml';
import type { OpenApiDocument } from './openapi.ts';

/** The document as YAML. Whoever serves it does so from a thread of its own, and starts without this. */
export const asYaml = (document: OpenApiDocument): string =>
  stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
