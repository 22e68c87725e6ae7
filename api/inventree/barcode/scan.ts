import Type from 'typebox';
import type { Principal } from '../../../shared/access/principal.ts';
import { endpoint } from '../../me/endpoint.ts';
import { barcodeHash } from '../../resources/barcodes.ts';
import type { Resource } from '../../resources/declaration.ts';
import type { Condition } from '../../store/query.ts';
import { Forbidden } from '../../store/refusals.ts';
import { Store } from '../../store/store.ts';
import { barcodeText, kinds, pathOf, scopesOf } from './kinds.ts';

export const scanEndpoint = endpoint({
  method: 'post',
  path: '/api/barcode/',
  operation: { who: 'signed-in', scopes: scopesOf('view') },
  operationId: 'barcode_scan',
  tag: 'inventree',
  summary: 'Find the row that a barcode leads to',
  description:
    'A barcode that is JSON such as `{"stockitem": 5}` leads to that row. Only rows that you may view are found.',
  body: Type.Object({ barcode: barcodeText }),
  responses: { 200: { description: 'The row', schema: Type.Object({}, { additionalProperties: true }) } },
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
    for (const [kind, id] of Object.entries(read as Record<string, unknown>)) {
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
  const page = { kind: 'offset', limit: 1, offset: 0, uncounted: true } as const;
  try {
    const query = { where: [where], search: [], order: ['id'], page };
    const { text } = await store.list(principal, { resource, name: 'ids', columns }, query);
    return (JSON.parse(text ?? '[]') as { id: number }[])[0]?.id ?? null;
  } catch (error) {
    if (error instanceof Forbidden) return null;
    throw error;
  }
}
