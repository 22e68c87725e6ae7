import { choice, type Field } from '../fields.ts';

/** How stock can be: InvenTree's codes, names and colours, and the words that its clients show. */
export const stockStatuses = {
  10: { name: 'OK', label: 'OK', color: 'success' },
  50: { name: 'ATTENTION', label: 'Attention needed', color: 'warning' },
  55: { name: 'DAMAGED', label: 'Damaged', color: 'warning' },
  60: { name: 'DESTROYED', label: 'Destroyed', color: 'danger' },
  65: { name: 'REJECTED', label: 'Rejected', color: 'danger' },
  70: { name: 'LOST', label: 'Lost', color: 'dark' },
  75: { name: 'QUARANTINED', label: 'Quarantined', color: 'info' },
  85: { name: 'RETURNED', label: 'Returned', color: 'warning' },
} as const;

const labels = Object.fromEntries(Object.entries(stockStatuses).map(([code, { label }]) => [code, label]));

/** A field that holds a status of stock. */
export const stockStatus = (options: Parameters<typeof choice>[1] = {}): Field => choice(labels, options);

/** SQL that says a status in words. */
export const statusText = `CASE {status} ${Object.entries(labels)
  .map(([status, label]) => `WHEN ${status} THEN '${label}'`)
  .join(' ')} END`;
