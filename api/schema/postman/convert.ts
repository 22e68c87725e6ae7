import { Worker } from 'node:worker_threads';

/** Converts an OpenAPI document to a Postman collection, in a thread of its own: it takes seconds, and others go on. */
export function convert(document: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./convert-thread.ts', import.meta.url), { workerData: document });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The conversion ended early, with ${code}`)));
  });
}
