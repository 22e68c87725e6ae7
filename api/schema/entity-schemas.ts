import { entities } from '../faces/entity/endpoints.ts';
import { record, schemaOf } from '../faces/entity/operations/document.ts';
import { type Entity, isShown, type Key, shownKeys } from '../faces/entity/spelling.ts';
import { describeField, fieldSchema } from './field-schema.ts';
import type { JsonSchema } from './openapi.ts';

const id = { type: 'string' };
const moment = { type: 'string', pattern: String.raw`^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$` };
const orNull = ({ type, ...rest }: JsonSchema, nullable = false): JsonSchema =>
  nullable && typeof type === 'string' ? { ...rest, type: [type, 'null'] } : { ...rest, type };

const rows = {
  ids: { type: 'array', items: id },
  where: { type: 'array', items: { type: 'object' } },
  byWhere: { type: 'boolean' },
};

/** What the operations of all entities take and answer alike. */
const shared: Record<string, JsonSchema> = {
  EntityTouched: {
    type: 'object',
    description: 'How many rows it was done to, and which; those that refused it are left out.',
    properties: { count: { type: 'integer' }, ids: { type: 'array', items: id } },
    required: ['count', 'ids'],
  },
  EntityStream: {
    type: 'object',
    properties: {
      total: { type: 'integer' },
      list: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            id,
            type: { type: 'string', description: '`Create`, `Update`, or the name of an action.' },
            data: { type: 'object', description: '`attributes.was` and `attributes.became` hold what changed.' },
            parentType: { type: 'string' },
            parentId: id,
            parentName: { type: ['string', 'null'] },
            createdAt: moment,
            createdById: { type: ['string', 'null'] },
            createdByName: { type: 'string' },
          },
        },
      },
    },
  },
  EntityRows: {
    type: 'object',
    description: 'Rows by id, or with `byWhere` those that `where` finds.',
    properties: rows,
  },
  EntityChange: { type: 'object', properties: { attributes: { type: 'object' }, ...rows } },
  EntityLinking: {
    type: 'object',
    description: 'The rows to link: by id, or with `massRelate` those that `where` finds.',
    properties: {
      id,
      ids: rows.ids,
      massRelate: { type: 'boolean' },
      where: rows.where,
    },
  },
};

/** The records of every entity, by component name: as shown, as sent, and a page of them. */
export const entitySchemas = (): Record<string, JsonSchema> => ({
  ...shared,
  ...Object.fromEntries(
    entities.all.flatMap((entity) => [
      [schemaOf(entity), shownSchema(entity)] as const,
      [`${schemaOf(entity)}Write`, writeSchema(entity)] as const,
      [`${schemaOf(entity)}Page`, pageSchema(entity)] as const,
    ]),
  ),
});

const pageSchema = (entity: Entity): JsonSchema => ({
  type: 'object',
  properties: { total: { type: 'integer' }, list: { type: 'array', items: record(entity) } },
});

function shownSchema({ resource, keys, always }: Entity): JsonSchema {
  const shown = keys.filter(isShown).flatMap((key) => shownProperties(key));
  const properties = {
    id: { ...id, readOnly: true },
    deleted: { const: false, readOnly: true },
    ...Object.fromEntries(shown),
  };
  return {
    type: 'object',
    ...(resource.description && { description: resource.description }),
    properties,
    required: Object.keys(properties).filter((key) => always.has(key)),
  };
}

function shownProperties(key: Key): [string, JsonSchema][] {
  const { field, target, writable } = key;
  const more = writable ? {} : { readOnly: true };
  const [first = '', second = ''] = shownKeys(key);
  if (!target) return [[first, { ...withWords(field, valueSchema(key)), ...more }]];
  const { title } = target;
  if (field.kind === 'many') {
    return [
      [first, { ...withWords(field, { type: 'array', items: id }), ...more }],
      [
        second,
        { type: 'object', additionalProperties: id, readOnly: true, description: `Names of ${title[1]}, by id.` },
      ],
    ];
  }
  return [
    [first, { ...withWords(field, orNull(id, field.nullable)), ...more }],
    [
      second,
      {
        type: ['string', 'null'],
        readOnly: true,
        description: `What the ${title[0]} is called; null when you may not view it.`,
      },
    ],
  ];
}

function valueSchema({ field }: Key): JsonSchema {
  return field.kind === 'timestamp' ? orNull(moment, field.nullable) : fieldSchema(field, 'ids', 'read');
}

function withWords(field: Key['field'], schema: JsonSchema): JsonSchema {
  const description = describeField(field);
  return description ? { ...schema, description } : schema;
}

/** What a create or change takes; nothing is required by the schema, since a change may hold any part of it. */
function writeSchema({ keys }: Entity): JsonSchema {
  const writable = keys.filter((key) => key.writable);
  const required = writable.filter((key) => key.required).map((key) => shownKeys(key)[0]);
  return {
    type: 'object',
    ...(required.length > 0 && { description: `A create takes ${required.map((key) => `\`${key}\``).join(', ')}.` }),
    properties: Object.fromEntries(
      writable.map((key) => {
        const { field, target } = key;
        const reference = field.kind === 'many' ? { type: 'array', items: id } : orNull(id, field.nullable);
        return [shownKeys(key)[0], withWords(field, target ? reference : fieldSchema(field, 'ids', 'write'))];
      }),
    ),
  };
}
