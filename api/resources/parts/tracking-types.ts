/** What can happen to stock: InvenTree's codes, with the words that its clients show. */
export const trackingTypes = {
  0: 'Legacy stock tracking entry',
  1: 'Stock item created',
  5: 'Edited stock item',
  6: 'Assigned serial number',
  10: 'Stock counted',
  11: 'Stock manually added',
  12: 'Stock manually removed',
  13: 'Serialized stock items',
  15: 'Returned to stock',
  20: 'Location changed',
  25: 'Stock updated',
  30: 'Installed into assembly',
  31: 'Removed from assembly',
  35: 'Installed component item',
  36: 'Removed component item',
  40: 'Split from parent item',
  42: 'Split child item',
  45: 'Merged stock items',
  48: 'Converted to variant',
  50: 'Build order output created',
  55: 'Build order output completed',
  56: 'Build order output rejected',
  57: 'Consumed by build order',
  60: 'Shipped against Sales Order',
  70: 'Received against Purchase Order',
  80: 'Returned against Return Order',
  100: 'Sent to customer',
  105: 'Returned from customer',
} as const;

export const created = 1;
export const edited = 5;
export const moved = 20;
