import { parentPort, workerData } from 'node:worker_threads';
import { asYaml } from './yaml.ts';

parentPort?.postMessage(asYaml(workerData));
