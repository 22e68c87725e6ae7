import type { Endpoint } from '../me/endpoint.ts';
import { attachmentEndpoints } from './attachments/index.ts';
import { barcodeEndpoints } from './barcode/index.ts';
import { exchangeRates, notifications } from './connecting.ts';
import { search } from './search.ts';
import { statusEndpoints } from './status.ts';

/** What InvenTree's clients ask for beside resources. */
export const inventreeEndpoints: readonly Endpoint[] = [
  ...statusEndpoints,
  exchangeRates,
  notifications,
  search,
  ...barcodeEndpoints,
  ...attachmentEndpoints,
];
