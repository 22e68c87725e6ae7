import { resource } from '../declaration.ts';
import { decimal, reference, text } from '../fields.ts';

export const internalPrice = resource('internal_price', {
  role: 'part',
  area: 'part',
  table: 'internal_price',
  modelName: 'partinternalpricebreak',
  title: ['Internal price', 'Internal prices'],
  description: 'What one of a part costs within the house, from a quantity on.',
  fields: {
    part: reference('part'),
    quantity: decimal({ minimum: 0, maximum: 9_999_999_999, default: '1' }),
    price: decimal({ as: 'text', minimum: 0, maximum: 9_999_999_999_999, example: '2.50' }),
    price_currency: text({ maxLength: 3, default: 'USD', example: 'EUR' }),
  },
  label: "{part.name} || ': ' || trim_scale({price}) || ' ' || {price_currency} || ' from ' || trim_scale({quantity})",
  search: ['part.name'],
  order: ['part', 'quantity'],
  constraints: {
    internal_price_identity: { field: null, says: 'The fields part, quantity must make a unique set.' },
  },
  rest: [{ path: 'part/internal-price', style: 'pk', bulk: ['delete'] }],
});
