import type { Endpoint } from '../../me/endpoint.ts';
import { linkEndpoint, unlinkEndpoint } from './link.ts';
import { scanEndpoint } from './scan.ts';

/** Barcodes: finding what they lead to, and giving and taking them. */
export const barcodeEndpoints: readonly Endpoint[] = [scanEndpoint, linkEndpoint, unlinkEndpoint];
