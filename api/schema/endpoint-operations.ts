import type { Endpoint } from '../me/endpoint.ts';
import { type Trouble, troubles } from './answers.ts';
import { bodyExample } from './code-samples.ts';
import { plain } from './field-schema.ts';
import {
  type JsonSchema,
  type OperationObject,
  type Parameter,
  type PathItem,
  type Reference,
  refTo,
} from './openapi.ts';
import { securityOf } from './security.ts';

/** What the groups of endpoints are called in the document. */
export const endpointTags: Readonly<Record<string, { title: string; description: string }>> = {
  server: { title: 'Server', description: 'What this server is, whose tokens open it, and how it is described.' },
  me: { title: 'You', description: 'Who you are and what you may do.' },
  table: {
    title: 'Tables',
    description: 'Who you are, what there is, and a search of all of it, for clients of tables.',
  },
  inventree: {
    title: 'For clients of InvenTree',
    description: 'What the Python client and the mobile app of InvenTree ask for beside resources.',
  },
  entity: {
    title: 'Entities',
    description:
      'What AtroCore’s clients begin with: a token, what they may do, what there is. Each resource’s own operations are with the resource.',
  },
  applications: {
    title: 'Applications',
    description: 'What may sign people in here and use this API in their name. For superusers.',
  },
  tokens: {
    title: 'API tokens',
    description: 'Your keys for scripts and devices. Only you make them: no token makes another.',
  },
  live: { title: 'Live scans', description: 'For agents that scan the network, and report what they see.' },
  import: { title: 'Import', description: 'For scripts that take inventory over from elsewhere.' },
  jobs: { title: 'Jobs', description: 'What has to be done every day. `npm run jobs` does the same.' },
  administration: {
    title: 'Administration',
    description: 'What superusers look after: the audit trail, sessions, second factors, signing keys.',
  },
  reports: { title: 'Reports', description: 'What there is and how it is used, each in one piece.' },
};

/** The paths of endpoints that belong to no declared resource, their older spellings too. */
export function endpointPaths(endpoints: readonly Endpoint[]): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {};
  for (const declared of endpoints) {
    for (const path of [declared.path, ...(declared.also ?? [])]) {
      paths[path] = { ...paths[path], [declared.method]: operationAt(declared, path) };
    }
  }
  return paths;
}

function operationAt(declared: Endpoint, path: string): OperationObject {
  const security = securityOf(declared.operation, declared.proofs);
  const older = path !== declared.path;
  const description = older ? `The same as \`${declared.path}\`.` : declared.description;
  const parameters = parametersOf(declared, path);
  const body = declared.body ? plain(declared.body) : declared.sends?.schema;
  const example = declared.body ? bodyExample(plain(declared.body)) : declared.sends?.example;
  const mayFail: Trouble[] = [
    ...(declared.query || body || declared.asks ? (['invalid'] as const) : []),
    ...(security && !declared.operation.anonymous ? (['forbidden'] as const) : []),
    ...(path.includes('{id}') ? (['missing'] as const) : []),
    ...(declared.mayFail ?? []),
  ];
  return {
    operationId: older ? olderId(path, declared.method) : declared.operationId,
    tags: [endpointTags[declared.tag]?.title ?? declared.tag],
    summary: declared.summary,
    ...(description && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: required(body), content: { 'application/json': { schema: body, example } } },
    }),
    responses: { ...goodAnswers(declared), ...troubles(path, mayFail, body !== undefined) },
    ...(security && { security }),
  };
}

function goodAnswers({ responses, mediaTypes }: Endpoint) {
  return Object.fromEntries(
    Object.entries(responses).map(([status, { description, schema }]) => [
      status,
      {
        description,
        ...(schema && {
          content: Object.fromEntries(
            (mediaTypes ?? ['application/json']).map((type) => [type, { schema: plain(schema) }]),
          ),
        }),
      },
    ]),
  );
}

function parametersOf({ query, asks = [] }: Endpoint, path: string): (Parameter | Reference)[] {
  const schema: JsonSchema = query ? plain(query) : {};
  const needed = new Set((schema.required as string[] | undefined) ?? []);
  return [
    ...(path.includes('{id}') ? [refTo('parameters', 'id')] : []),
    ...asks,
    ...Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>).map(
      ([name, { description, ...rest }]) => ({
        name,
        in: 'query' as const,
        ...(needed.has(name) && { required: true }),
        ...(typeof description === 'string' && { description }),
        schema: rest,
      }),
    ),
  ];
}

const required = (body: JsonSchema): boolean => ((body.required as string[] | undefined) ?? []).length > 0;

const verbs = { get: 'retrieve', post: 'create', put: 'update', patch: 'partial_update', delete: 'destroy' } as const;

const olderId = (path: string, method: Endpoint['method']): string =>
  `${path
    .replace(/^\/(api\/)?/, '')
    .replaceAll(/[^a-z0-9]+/gi, '_')
    .replaceAll(/^_|_$/g, '')}_${verbs[method]}`;
