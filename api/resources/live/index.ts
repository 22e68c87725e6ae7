import type { Resource } from '../declaration.ts';
import { ignoredMac } from './ignored-mac.ts';
import { locationScanConflict } from './location-scan-conflict.ts';
import { nicScanConflict } from './nic-scan-conflict.ts';
import { offlineHostWarning } from './offline-host-warning.ts';
import { scanSession } from './scan-session.ts';
import { unknownScanConflict } from './unknown-scan-conflict.ts';
import { virtualHostsScan } from './virtual-hosts-scan.ts';

/** What scans of the network saw, in the order in which the API root names it. */
export const live: readonly Resource[] = [
  scanSession,
  nicScanConflict,
  locationScanConflict,
  unknownScanConflict,
  virtualHostsScan,
  offlineHostWarning,
  ignoredMac,
];
