import Type, { type TSchema } from 'typebox';
import type { JsonSchema, MediaType, Parameter } from '../../../schema/openapi.ts';
import type { Entity } from '../spelling.ts';
import { namedFilters } from '../where/named-filters.ts';

/** What a record of an entity is called among the document's schemas. */
export const schemaOf = ({ name }: Entity): string => `Entity${name}`;

export const reference = (name: string): TSchema => Type.Unsafe({ $ref: `#/components/schemas/${name}` });
export const record = (entity: Entity): TSchema => reference(schemaOf(entity));
export const page = (entity: Entity): TSchema =>
  Type.Object({ total: Type.Integer(), list: Type.Array(record(entity)) });

/** The record as it now is. */
export const answered = (entity: Entity) => ({ 200: { description: 'As it is now.', schema: record(entity) } });
export const yes = { 200: { description: 'Done.', schema: Type.Boolean() } };
export const touched = {
  200: {
    description: 'How many rows it was done to, and which; those that refused it are left out.',
    schema: Type.Object({ count: Type.Integer(), ids: Type.Array(Type.String()) }),
  },
};

export const sent = (properties: Record<string, JsonSchema>, example: object): MediaType => ({
  schema: { type: 'object', properties },
  example,
});

const parameter = (name: string, schema: JsonSchema, description: string): Parameter => ({
  name,
  in: 'query',
  schema,
  description,
});

const boolean = { type: 'boolean' };
const whole = { type: 'integer', minimum: 0 };

/** The parameters of a list. */
export function listParameters(entity: Entity): Parameter[] {
  const filters = [...namedFilters(entity).keys()].map((name) => `\`${name}\``).join(', ');
  return [
    parameter(
      'where',
      { type: 'string' },
      'Conditions, as JSON, in brackets, or as Python prints them: `[{"type":"equals","attribute":"name","value":"x"}]`.',
    ),
    parameter('q', { type: 'string' }, 'Words that must all be found.'),
    selectParameter,
    parameter('sortBy', { type: 'string' }, 'Attribute to sort by.'),
    parameter('asc', boolean, 'False turns the order round.'),
    parameter('offset', whole, 'Rows to leave out before the page.'),
    parameter('maxSize', whole, 'Rows of the page; 200 unless said.'),
    parameter('primaryFilter', { type: 'string' }, `One of ${filters}.`),
    parameter('totalOnly', boolean, 'Only how many there are.'),
    parameter('collectionOnly', boolean, 'Only the rows.'),
  ];
}

export const selectParameter = parameter('select', { type: 'string' }, 'Attributes to show, with commas between.');
export const idsParameter = (name = 'ids'): Parameter =>
  parameter(name, { type: 'string' }, 'Ids, with commas between.');

export const idList = { type: 'array', items: { type: 'string' } };
export const conditions = { type: 'array', items: { type: 'object' } };
