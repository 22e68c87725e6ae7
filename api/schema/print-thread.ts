import { parentPort, workerData } from 'node:worker_threads';
import { printDocument } from './print.ts';

parentPort?.postMessage(printDocument(workerData, 'yaml'));
