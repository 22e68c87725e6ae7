import Type, { type TSchema } from 'typebox';
import { type JsonSchema, type MediaType, type Parameter, type Reference, refTo } from '../../../schema/openapi.ts';
import type { Entity } from '../spelling.ts';
import { namedFilters } from '../where/named-filters.ts';

/** What a record of an entity is called among the document's schemas. */
export const schemaOf = ({ name }: Entity): string => `Entity${name}`;

export const reference = (name: string): TSchema => Type.Unsafe({ $ref: `#/components/schemas/${name}` });
export const record = (entity: Entity): TSchema => reference(schemaOf(entity));
/** A page of records. */
export const page = (entity: Entity): TSchema => reference(`${schemaOf(entity)}Page`);

/** The record as it now is. */
export const answered = (entity: Entity) => ({ 200: { description: 'As it is now.', schema: record(entity) } });
export const yes = { 200: { description: 'Done.', schema: Type.Boolean() } };
export const touched = { 200: { description: 'What it was done to.', schema: reference('EntityTouched') } };

/** A body that many operations take, by the name of its schema. */
export const sentAs = (name: string, example: object): MediaType => ({ schema: { ...reference(name) }, example });

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

/** Parameters that mean the same for every entity, by the name that the document has for them. */
export const entityParameters = {
  entityWhere: parameter(
    'where',
    { type: 'string' },
    'Conditions, as JSON, in brackets, or as Python prints them: `[{"type":"equals","attribute":"name","value":"x"}]`.',
  ),
  entityWords: parameter('q', { type: 'string' }, 'Words that must all be found.'),
  entitySelect: parameter('select', { type: 'string' }, 'Attributes to show, with commas between.'),
  entitySortBy: parameter('sortBy', { type: 'string' }, 'Attribute to sort by.'),
  entityAsc: parameter('asc', boolean, 'False turns the order round.'),
  entityOffset: parameter('offset', whole, 'Rows to leave out before the page.'),
  entityMaxSize: parameter('maxSize', whole, 'Rows of the page; 200 unless said.'),
  entityTotalOnly: parameter('totalOnly', boolean, 'Only how many there are.'),
  entityCollectionOnly: parameter('collectionOnly', boolean, 'Only the rows.'),
} as const satisfies Record<string, Parameter>;

const shared = (name: keyof typeof entityParameters): Reference => refTo('parameters', name);

/** The parameters of a list. */
export function listParameters(entity: Entity): (Parameter | Reference)[] {
  const filters = [...namedFilters(entity).keys()].map((name) => `\`${name}\``).join(', ');
  const names = Object.keys(entityParameters) as (keyof typeof entityParameters)[];
  return [...names.map(shared), parameter('primaryFilter', { type: 'string' }, `One of ${filters}.`)];
}

/** Those that a reader needs of a list at the other end of a relation. */
export const linkParameters = (['entityWhere', 'entitySelect', 'entityOffset', 'entityMaxSize'] as const).map(shared);

export const pageParameters = (['entityOffset', 'entityMaxSize'] as const).map(shared);

export const selectParameter = shared('entitySelect');
export const idsParameter = (name = 'ids'): Parameter =>
  parameter(name, { type: 'string' }, 'Ids, with commas between.');
