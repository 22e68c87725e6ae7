import Type from 'typebox';
import { scopesFor } from '../../shared/access/scopes.ts';
import { type Endpoint, endpoint } from '../me/endpoint.ts';
import { stockStatuses } from '../resources/parts/stock-status.ts';
import { trackingNames, trackingTypes } from '../resources/parts/tracking-types.ts';

const valueSchema = Type.Object({
  key: Type.Integer(),
  logical_key: Type.Integer(),
  name: Type.String({ examples: ['OK'] }),
  label: Type.String({ examples: ['OK'] }),
  color: Type.String({ examples: ['success'] }),
  custom: Type.Boolean(),
});
const setSchema = Type.Object({ status_class: Type.String(), values: Type.Record(Type.String(), valueSchema) });

interface Code {
  readonly name: string;
  readonly label: string;
  readonly color: string;
}

/** A set of codes as InvenTree's clients read it: by name. */
const setOf = (statusClass: string, codes: Readonly<Record<string, Code>>) => ({
  status_class: statusClass,
  values: Object.fromEntries(
    Object.entries(codes).map(([code, { name, label, color }]) => [
      name,
      { key: Number(code), logical_key: Number(code), name, label, color, custom: false },
    ]),
  ),
});

const history = Object.fromEntries(
  Object.entries(trackingTypes).map(([code, label]) => [
    code,
    { name: trackingNames[Number(code) as keyof typeof trackingNames], label, color: 'secondary' },
  ]),
);
const sets = {
  StockStatus: setOf('StockStatus', stockStatuses),
  StockHistoryCode: setOf('StockHistoryCode', history),
};

const operation = { who: 'signed-in', scopes: scopesFor('stock', 'view') } as const;

const one = (name: keyof typeof sets, path: string, id: string, summary: string): Endpoint =>
  endpoint({
    method: 'get',
    path,
    also: [`/api/generic/status/${name}/`],
    operation,
    operationId: id,
    tag: 'inventree',
    summary,
    responses: { 200: { description: 'The codes, by name', schema: setSchema } },
    handler: () => ({ body: sets[name] }),
  });

/** What the codes of stock mean, for clients that show them. */
export const statusEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/api/generic/status/',
    operation,
    operationId: 'generic_status_list',
    tag: 'inventree',
    summary: 'Every set of status codes',
    responses: {
      200: { description: 'Sets of codes, by name', schema: Type.Record(Type.String(), setSchema) },
    },
    handler: () => ({ body: sets }),
  }),
  one('StockStatus', '/api/stock/status/', 'stock_status_retrieve', 'How stock can be'),
  one('StockHistoryCode', '/api/stock/track/status/', 'stock_track_status_retrieve', 'What can happen to stock'),
];
