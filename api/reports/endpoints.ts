import type { Endpoint } from '../me/endpoint.ts';
import { assetSummary } from './asset-summary.ts';
import { longReservations } from './long-reservations.ts';
import { utilization } from './utilization.ts';

/** What people read about the whole of it; each is one statement. */
export const reportEndpoints: readonly Endpoint[] = [utilization, assetSummary, longReservations];
