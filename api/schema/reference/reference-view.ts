import {
  type Method,
  methods,
  type OpenApiDocument,
  type OperationObject,
  type Parameter,
  type Reference,
  type Response,
} from '../openapi.ts';
import { samplesOf } from '../samples.ts';
import { type AccessView, accessOf } from './access-words.ts';
import { inline, paragraphs } from './inline-markup.ts';
import { type PropertyView, propertiesOf, typeWords } from './schema-words.ts';

/** An operation as the pages show it; `Html` fields are safe to print as they are. */
export interface OperationView {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly descriptionHtml: string;
  readonly access: AccessView;
  readonly parameters: readonly ParameterView[];
  readonly body: {
    readonly properties: readonly PropertyHtml[];
    readonly types: string;
  } | null;
  readonly answers: readonly {
    readonly status: string;
    readonly descriptionHtml: string;
    readonly properties: readonly PropertyHtml[];
  }[];
  /** Made when a page shows them. */
  readonly samples: readonly { readonly label: string; readonly source: string }[];
  /** What search looks through. */
  readonly words: string;
}

interface ParameterView {
  readonly name: string;
  readonly place: Parameter['in'];
  readonly typeHtml: string;
  readonly descriptionHtml: string;
}

type PropertyHtml = Omit<PropertyView, 'type' | 'description'> & {
  readonly typeHtml: string;
  readonly descriptionHtml: string;
};

export interface TagView {
  readonly slug: string;
  readonly name: string;
  readonly descriptionHtml: string;
  readonly operations: readonly OperationView[];
}

export interface ReferenceView {
  readonly title: string;
  readonly introductionHtml: string;
  readonly groups: readonly { readonly name: string; readonly tags: readonly TagView[] }[];
}

/** The address of a tag's page, last part. */
export const slugOf = (tag: string): string => tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

/** Everything that the pages show, made once from the document. */
export function referenceView(document: OpenApiDocument): ReferenceView {
  const byTag = new Map<string, OperationView[]>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = item[method];
      if (!operation) continue;
      const [tag] = operation.tags;
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationView(document, path, method, operation)]);
    }
  }
  const tags = new Map(
    document.tags.map(({ name, description }) => [
      name,
      { slug: slugOf(name), name, descriptionHtml: inline(description), operations: byTag.get(name) ?? [] },
    ]),
  );
  return {
    title: document.info.title,
    introductionHtml: paragraphs(document.info.description),
    groups: document['x-tagGroups'].map((group) => ({
      name: group.name,
      tags: group.tags.flatMap((name) => tags.get(name) ?? []),
    })),
  };
}

function operationView(
  document: OpenApiDocument,
  path: string,
  method: Method,
  operation: OperationObject,
): OperationView {
  const content = operation.requestBody?.content;
  const json = content?.['application/json'];
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    summary: operation.summary,
    descriptionHtml: operation.description ? inline(operation.description) : '',
    access: accessOf(operation),
    parameters: (operation.parameters ?? []).map((one) => parameterView(document, one)),
    body: json
      ? {
          properties: propertiesOf(document, json.schema).map(asHtml),
          types: Object.keys(content ?? {}).join(', '),
        }
      : null,
    answers: Object.entries(operation.responses).map(([status, answer]) => answerView(document, status, answer)),
    get samples() {
      return samplesOf(document.servers[0]?.url ?? '', path, method, operation);
    },
    words: `${method} ${path} ${operation.summary} ${operation.operationId} ${operation.tags[0]}`.toLowerCase(),
  };
}

function parameterView(document: OpenApiDocument, given: Parameter | Reference): ParameterView {
  const parameter = '$ref' in given ? document.components.parameters[given.$ref.split('/').at(-1) ?? ''] : given;
  if (!parameter) throw new Error(`There is no parameter ${JSON.stringify(given)}`);
  return {
    name: parameter.name,
    place: parameter.in,
    typeHtml: inline(typeWords(parameter.schema)),
    descriptionHtml: inline(parameter.description ?? ''),
  };
}

function answerView(document: OpenApiDocument, status: string, given: Response | Reference) {
  const answer = '$ref' in given ? document.components.responses[given.$ref.split('/').at(-1) ?? ''] : given;
  const schema = Object.values(answer?.content ?? {})[0]?.schema;
  const shown = schema && status.startsWith('2') ? propertiesOf(document, schema).map(asHtml) : [];
  return { status, descriptionHtml: inline(answer?.description ?? ''), properties: shown };
}

const asHtml = ({ type, description, ...rest }: PropertyView): PropertyHtml => ({
  ...rest,
  typeHtml: inline(type),
  descriptionHtml: inline(description),
});
