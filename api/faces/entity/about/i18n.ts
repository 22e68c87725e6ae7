import Type from 'typebox';
import { type Endpoint, endpoint } from '../../../me/endpoint.ts';
import { base } from '../operations/at.ts';
import type { Entities, Entity } from '../spelling.ts';
import { shownKeys } from '../spelling.ts';

/** `serialNo` → `Serial no`. */
const wordsOf = (name: string): string => {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

function wordsOfEntity({ keys, links, resource }: Entity) {
  const told = keys.flatMap(({ key, field }) => (field.help ? [[key, field.help] as const] : []));
  const choices = keys.flatMap(({ key, field }) => (field.choices ? [[key, field.choices] as const] : []));
  return {
    fields: Object.fromEntries(
      keys.flatMap((key) => [...new Set([key.key, ...shownKeys(key)])].map((one) => [one, wordsOf(key.key)])),
    ),
    links: Object.fromEntries([...links.keys()].map((name) => [name, wordsOf(name)])),
    labels: { [`Create ${resource.title[0]}`]: `Create ${resource.title[0]}` },
    tooltips: Object.fromEntries(told),
    options: Object.fromEntries(choices),
  };
}

/** `GET I18n`: the words of every entity, from the declarations. They are English, whatever locale is asked for. */
export function i18n(entities: Entities): Endpoint {
  const named = entities.all.flatMap((entity) => entity.names.map((name) => [name, entity] as const));
  const text = JSON.stringify({
    Global: {
      scopeNames: Object.fromEntries(named.map(([name, { resource }]) => [name, resource.title[0]])),
      scopeNamesPlural: Object.fromEntries(named.map(([name, { resource }]) => [name, resource.title[1]])),
      labels: { Create: 'Create', Edit: 'Edit', Remove: 'Delete', Search: 'Search' },
      messages: {},
      fields: { name: 'Name', createdAt: 'Created', deleted: 'Deleted' },
      links: {},
      options: {},
      exceptions: {},
    },
    ...Object.fromEntries(named.map(([name, entity]) => [name, wordsOfEntity(entity)])),
  });
  return endpoint({
    method: 'get',
    path: `${base}/I18n`,
    operation: { anonymous: true, scopes: [] },
    operationId: 'v1_I18n',
    tag: 'entity',
    summary: 'The words of every entity',
    description: 'There are English ones only, whatever `locale` says.',
    responses: { 200: { description: 'Words, by entity.', schema: Type.Object({}, { additionalProperties: true }) } },
    handler: () => ({ text }),
  });
}
