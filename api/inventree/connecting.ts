import Type from 'typebox';
import { scopesFor } from '../../shared/access/scopes.ts';
import { endpoint } from '../me/endpoint.ts';

const operation = { who: 'signed-in', scopes: scopesFor('admin', 'view') } as const;

/** The currency that prices are in unless they say otherwise. */
const baseCurrency = 'USD';

export const exchangeRates = endpoint({
  method: 'get',
  path: '/api/currency/exchange/',
  operation,
  operationId: 'currency_exchange_retrieve',
  tag: 'inventree',
  summary: 'Exchange rates: that of the base currency alone',
  description: 'No rates are fetched. Prices are kept in the currency in which they were entered.',
  responses: {
    200: {
      description: 'The rates',
      schema: Type.Object({
        base_currency: Type.String(),
        exchange_rates: Type.Record(Type.String(), Type.Number()),
        updated: Type.Null(),
      }),
    },
  },
  handler: () => ({ body: { base_currency: baseCurrency, exchange_rates: { [baseCurrency]: 1 }, updated: null } }),
});

const page = Type.Object({
  count: Type.Integer({ maximum: 0 }),
  next: Type.Null(),
  previous: Type.Null(),
  results: Type.Array(Type.Unknown(), { maxItems: 0 }),
});

export const notifications = endpoint({
  method: 'get',
  path: '/api/notifications/',
  operation,
  operationId: 'notifications_list',
  tag: 'inventree',
  summary: 'Your notifications: none',
  description: 'Nothing is kept for you to read here. Clients of InvenTree ask every minute.',
  query: Type.Object({
    read: Type.Optional(Type.Boolean()),
    limit: Type.Optional(Type.Integer({ minimum: 0 })),
    offset: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
  responses: {
    200: {
      description: 'An empty list; with `limit`, an empty page',
      schema: Type.Union([Type.Array(Type.Unknown(), { maxItems: 0 }), page]),
    },
  },
  handler: ({ query }) => ({ body: query.limit ? { count: 0, next: null, previous: null, results: [] } : [] }),
});
