import Type from 'typebox';
import { scopesFor } from '../../../../shared/access/scopes.ts';
import { type Endpoint, endpoint } from '../../../me/endpoint.ts';
import type { Field, FieldKind } from '../../../resources/fields.ts';
import { base } from '../operations/at.ts';
import type { Entities, Entity, Key } from '../spelling.ts';
import { attributeOfPath } from './paths.ts';

/** AtroCore's word for a kind of field. */
const types: Readonly<Record<FieldKind, string>> = {
  integer: 'int',
  decimal: 'float',
  text: 'varchar',
  boolean: 'bool',
  choice: 'enum',
  timestamp: 'datetime',
  date: 'date',
  reference: 'link',
  many: 'linkMultiple',
  interface: 'varchar',
  address: 'varchar',
  network: 'varchar',
  mac: 'varchar',
  texts: 'array',
  json: 'jsonObject',
};

const longText = 1000;

/** The `Metadata` of an entity's field. */
export const typeOfField = ({ kind, maxLength = 0 }: Field): string =>
  kind === 'text' && maxLength > longText ? 'text' : types[kind];

function fieldDefinition({ field, required, writable }: Key) {
  return {
    type: typeOfField(field),
    ...(required && { required: true }),
    ...(!writable && { readOnly: true }),
    ...(field.maxLength && { maxLength: field.maxLength }),
    ...(field.minimum !== undefined && { min: field.minimum }),
    ...(field.maximum !== undefined && { max: field.maximum }),
    ...(field.choices && { options: Object.keys(field.choices) }),
    ...(field.default !== undefined && { default: field.default }),
    ...(field.sql !== undefined && { notStorable: true }),
  };
}

function entityDefinition(entity: Entity, entities: Entities) {
  const { keys, links, resource } = entity;
  const [first = 'id'] = resource.order;
  return {
    fields: Object.fromEntries(keys.map((key) => [key.key, fieldDefinition(key)])),
    links: Object.fromEntries(
      [...links.values()].map(({ name, several, target }) => [
        name,
        { type: several ? 'hasMany' : 'belongsTo', entity: entities.of(target).name },
      ]),
    ),
    collection: {
      sortBy: attributeOfPath(entity, first.replace(/^-/, '')),
      asc: !first.startsWith('-'),
      textFilterFields: resource.search.map((path) => attributeOfPath(entity, path)),
    },
  };
}

const scopeDefinition = ({ offers }: Entity) => ({
  entity: true,
  object: true,
  acl: true,
  stream: offers.includes('view'),
  type: 'Base',
  module: 'Quartermaster',
  aclActionList: [
    ...(offers.includes('add') ? ['create'] : []),
    'read',
    ...(offers.includes('change') ? ['edit'] : []),
    ...(offers.includes('delete') ? ['delete'] : []),
  ],
  aclLevelList: ['all', 'own', 'no'],
});

/** What lies at a path such as `entityDefs.Host.fields`; null when nothing does. */
function partAt(whole: unknown, path: string): unknown {
  return path
    .split('.')
    .filter(Boolean)
    .reduce<unknown>(
      (at, name) => (typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? Reflect.get(at, name) : null),
      whole,
    );
}

/** `GET Metadata`: the entities, their fields and their relations, from the declarations. */
export function metadata(entities: Entities): Endpoint[] {
  const named = entities.all.flatMap((entity) => entity.names.map((name) => [name, entity] as const));
  const whole = {
    app: { language: { list: ['en_US'] } },
    scopes: Object.fromEntries(named.map(([name, entity]) => [name, scopeDefinition(entity)])),
    entityDefs: Object.fromEntries(named.map(([name, entity]) => [name, entityDefinition(entity, entities)])),
    fields: {},
    clientDefs: {},
    dashlets: {},
    themes: {},
  };
  const text = JSON.stringify(whole);
  const operation = { who: 'signed-in', scopes: scopesFor('admin', 'view') } as const;
  const everything = endpoint({
    method: 'get',
    path: `${base}/Metadata`,
    operation,
    operationId: 'v1_Metadata',
    tag: 'entity',
    summary: 'Entities, their fields and their relations',
    responses: { 200: { description: 'One object.', schema: Type.Object({}, { additionalProperties: true }) } },
    handler: () => ({ text }),
  });
  const part = endpoint({
    method: 'get',
    path: `${base}/Metadata/action/get`,
    operation,
    operationId: 'v1_Metadata_get',
    tag: 'entity',
    summary: 'A part of the same',
    query: Type.Object({ key: Type.String({ maxLength: 500, description: 'Such as `entityDefs.Host.fields`.' }) }),
    responses: { 200: { description: 'What is there; null for nothing.', schema: Type.Unknown() } },
    handler: ({ query }) => ({ text: JSON.stringify(partAt(whole, query.key) ?? null) }),
  });
  return [everything, part];
}
