import Type, { type TSchema } from 'typebox';
import type { Principal } from '../../shared/access/principal.ts';
import type { Permission } from '../../shared/access/roles.ts';
import { scopesFor } from '../../shared/access/scopes.ts';
import { type Answer, type Call, type Endpoint, endpoint } from '../me/endpoint.ts';
import { barcodeHash, linkBarcode, longestBarcode, unlinkBarcode } from '../resources/barcodes.ts';
import type { Resource } from '../resources/declaration.ts';
import { reference } from '../resources/fields.ts';
import { resources } from '../resources/index.ts';
import type { Condition } from '../store/query.ts';
import { Forbidden, Invalid, NotFound, rowRule } from '../store/refusals.ts';
import { Store } from '../store/store.ts';
import { readValue } from '../store/values.ts';

/** What can have a barcode, by InvenTree's word for it. */
const kinds = new Map(
  resources.filter(({ barcodes }) => barcodes).map((resource) => [resource.name.replaceAll('_', ''), resource]),
);

const scopesOf = (permission: Permission): string[] => [
  ...new Set([...kinds.values()].flatMap(({ role }) => scopesFor(role, permission))),
];

const barcode = Type.String({ maxLength: longestBarcode, examples: ['LOT-2030-001'] });
// A number, or a text that is one; read by hand.
const row = Type.Optional(Type.Unknown({ description: 'The number of the row, under the word for its kind.' }));
const rows = Object.fromEntries([...kinds.keys()].map((kind) => [kind, row])) as Record<string, TSchema>;
const anything = Type.Object({}, { additionalProperties: true });

type Body = Record<string, unknown>;

/** The row that a body names. @throws Invalid when it names none */
function named(body: Body): { kind: string; resource: Resource; id: number } {
  for (const [kind, resource] of kinds) {
    if (body[kind] === undefined || body[kind] === null) continue;
    const read = readValue(reference(resource.name), body[kind]);
    if ('error' in read || !(Number(read.value) >= 1 && Number(read.value) <= 2_147_483_647)) {
      throw new Invalid({ [kind]: ['There is no such object.'] });
    }
    return { kind, resource, id: Number(read.value) };
  }
  throw new Invalid({ [rowRule]: [`Missing data: provide one of ${[...kinds.keys()].join(', ')}.`] });
}

const pathOf = (resource: Resource, id: number): string => `/api/${resource.rest[0]?.path}/${id}/`;

async function act(call: Call, { kind, resource, id }: ReturnType<typeof named>, linking: boolean): Promise<Answer> {
  const action = (linking ? linkBarcode : unlinkBarcode)(resource.name);
  const store = new Store(call.services);
  try {
    const done = await store.act(call.principal, resource, id, action, call.body as Body);
    const success = linking ? `Assigned barcode to ${kind} instance` : `Unassigned barcode from ${kind} instance`;
    return { body: { success, ...done, [kind]: { pk: id, api_url: pathOf(resource, id) } } };
  } catch (error) {
    if (error instanceof NotFound) throw new Invalid({ [kind]: ['No matching instance found in the database.'] });
    throw error;
  }
}

export const linkEndpoint = endpoint({
  method: 'post',
  path: '/api/barcode/link/',
  operation: { who: 'signed-in', scopes: scopesOf('change') },
  operationId: 'barcode_link',
  tag: 'inventree',
  summary: 'Link a barcode to a row',
  description: 'It takes the right to change that row. A barcode leads to one row only.',
  body: Type.Object({ barcode, ...rows }),
  responses: { 200: { description: 'Linked', schema: anything } },
  handler: (call) => act(call, named(call.body as Body), true),
});

export const unlinkEndpoint = endpoint({
  method: 'post',
  path: '/api/barcode/unlink/',
  operation: { who: 'signed-in', scopes: scopesOf('change') },
  operationId: 'barcode_unlink',
  tag: 'inventree',
  summary: 'Take its barcode from a row',
  description: 'It takes the right to change that row.',
  body: Type.Object(rows),
  responses: { 200: { description: 'Unlinked', schema: anything } },
  handler: (call) => act(call, named(call.body as Body), false),
});

export const scanEndpoint = endpoint({
  method: 'post',
  path: '/api/barcode/',
  operation: { who: 'signed-in', scopes: scopesOf('view') },
  operationId: 'barcode_scan',
  tag: 'inventree',
  summary: 'Find the row that a barcode leads to',
  description:
    'A barcode that is JSON such as `{"stockitem": 5}` leads to that row. Only rows that you may view are found.',
  body: Type.Object({ barcode }),
  responses: { 200: { description: 'The row', schema: anything } },
  async handler({ services, principal, body }) {
    const store = new Store(services);
    const data = String(body.barcode).trim();
    const hash = barcodeHash(data);
    const direct = rowInJson(data);
    for (const [kind, resource] of kinds) {
      const where: Condition | null = direct
        ? direct.kind === kind
          ? { op: 'eq', path: 'id', value: direct.id }
          : null
        : { op: 'eq', path: 'barcode_hash', value: hash };
      const id = where && (await find(store, principal, resource, where));
      if (id === null) continue;
      return {
        body: {
          success: 'Match found for barcode data',
          plugin: 'InvenTreeBarcode',
          barcode_data: data,
          barcode_hash: hash,
          [kind]: { pk: id, api_url: pathOf(resource, id) },
        },
      };
    }
    return {
      status: 400,
      body: { error: 'No match found for barcode data', barcode_data: data, barcode_hash: hash },
    };
  },
});

/** The row that InvenTree's own labels name: `{"stockitem": 5}`. */
function rowInJson(data: string): { kind: string; id: number } | null {
  if (!data.startsWith('{')) return null;
  try {
    const read: unknown = JSON.parse(data);
    for (const [kind, id] of Object.entries(read as Body)) {
      if (kinds.has(kind) && Number.isInteger(id) && Number(id) > 0 && Number(id) <= 2_147_483_647) {
        return { kind, id: Number(id) };
      }
    }
  } catch {
    // It begins like JSON and is none: a barcode like any other.
  }
  return null;
}

async function find(store: Store, principal: Principal, resource: Resource, where: Condition): Promise<number | null> {
  const columns = [{ key: 'id', sql: (statement: { path(path: string): string }) => statement.path('id') }];
  const page = { kind: 'offset', limit: 1, offset: 0 } as const;
  try {
    const query = { where: [where], search: [], order: ['id'], page };
    const { text } = await store.list(principal, { resource, name: 'ids', columns }, query);
    return (JSON.parse(text ?? '[]') as { id: number }[])[0]?.id ?? null;
  } catch (error) {
    if (error instanceof Forbidden) return null;
    throw error;
  }
}

export const barcodeEndpoints: readonly Endpoint[] = [scanEndpoint, linkEndpoint, unlinkEndpoint];
