import { readFileSync } from 'node:fs';
import type { Config } from '../../shared/config.ts';
import { entities } from '../faces/entity/endpoints.ts';
import { entityParameters } from '../faces/entity/operations/document.ts';
import type { Spelled } from '../faces/rest/spelling.ts';
import { tables as tableWords } from '../faces/table/tables.ts';
import type { Endpoint } from '../me/endpoint.ts';
import { apiVersion } from '../me/server.ts';
import type { Resource } from '../resources/declaration.ts';
import { errorSchemas, sharedAnswers } from './answers.ts';
import { endpointPaths, endpointTags } from './endpoint-operations.ts';
import { entitySchemas } from './entity-schemas.ts';
import { introduction } from './introduction.ts';
import { methods, type OpenApiDocument, type PathItem } from './openapi.ts';
import { sharedParameters } from './parameters.ts';
import { resourcePaths } from './resource-operations.ts';
import { rowSchemas } from './row-schemas.ts';
import { scopeSentences, scopesIn, securitySchemes } from './security.ts';
import { tablePaths, tableTag } from './table-operations.ts';
import { rowSchemasOf, tableSchemas } from './table-schemas.ts';

/** All that the API consists of. */
export interface Described {
  readonly spellings: Iterable<Spelled>;
  readonly endpoints: readonly Endpoint[];
  readonly config: Pick<Config, 'publicUrl' | 'anonymousRead' | 'instanceName'>;
}

const areas: Readonly<Record<Resource['area'], string>> = {
  inventory: 'Inventory',
  live: 'Live',
  booking: 'Booking',
  part: 'Parts',
  stock: 'Stock',
  people: 'People',
};

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The OpenAPI 3.1 document of everything that was declared. */
export function openApiDocument({ spellings, endpoints, config }: Described): OpenApiDocument {
  const all = [...spellings];
  const resources = [...new Set(all.map(({ resource }) => resource))];
  const tables = [...new Set(tableWords.values())];
  const usedTags = Object.entries(endpointTags).filter(([name]) => endpoints.some(({ tag }) => tag === name));
  const document: OpenApiDocument = {
    openapi: '3.1.1',
    info: {
      title: `${config.instanceName} API`,
      version: String(apiVersion),
      description: introduction(config.publicUrl, version),
    },
    servers: [{ url: config.publicUrl, description: config.instanceName }],
    tags: [
      ...usedTags.map(([, { title, description }]) => ({ name: title, description })),
      ...resources.map(({ title, description }) => ({ name: title[1], description: description ?? `${title[1]}.` })),
      ...tables.map((tabled) => ({
        name: tableTag(tabled),
        description: `${tabled.resource.title[1]} as tables and forms, for clients that draw them.`,
      })),
      ...entities.all.map(({ name, resource }) => ({
        name,
        description: `${resource.title[1]} as entities, for clients of AtroCore.`,
      })),
    ],
    'x-tagGroups': [
      { name: 'Access', tags: usedTags.map(([, { title }]) => title) },
      ...Object.entries(areas)
        .map(([area, name]) => ({
          name,
          tags: resources.filter((resource) => resource.area === area).map(({ title }) => title[1]),
        }))
        .filter(({ tags }) => tags.length > 0),
      { name: 'Tables', tags: tables.map(tableTag) },
      { name: 'Entities', tags: entities.all.map(({ name }) => name) },
    ],
    paths: merged([
      endpointPaths(endpoints),
      ...all.map((spelled) => resourcePaths(spelled, config)),
      ...tables.map((tabled) => tablePaths(tabled, config)),
    ]),
    components: {
      schemas: {
        ...errorSchemas,
        ...tableSchemas,
        ...Object.assign({}, ...all.map(rowSchemas), ...tables.map(rowSchemasOf)),
        ...entitySchemas(),
      },
      parameters: { ...sharedParameters, ...entityParameters },
      responses: sharedAnswers,
      securitySchemes: securitySchemes(config.publicUrl),
    },
  };
  mustAddUp(document);
  return document;
}

function merged(parts: readonly Record<string, PathItem>[]): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {};
  for (const part of parts) {
    for (const [path, item] of Object.entries(part)) paths[path] = { ...item, ...paths[path] };
  }
  return paths;
}

/** Mistakes that generated clients would trip over: then there is no document, as the tests are the first to notice. */
function mustAddUp({ paths }: OpenApiDocument): void {
  const seen = new Map<string, string>();
  for (const [path, item] of Object.entries(paths)) {
    for (const method of methods) {
      const operation = item[method];
      if (!operation) continue;
      const { operationId, security } = operation;
      const other = seen.get(operationId);
      if (other) throw new Error(`${method} ${path} and ${other} are both called ${operationId}`);
      seen.set(operationId, `${method} ${path}`);
      const unknown = scopesIn(security).find((scope) => !Object.hasOwn(scopeSentences, scope));
      if (unknown) throw new Error(`${operationId} takes the scope ${unknown}, which there is not`);
    }
  }
}
