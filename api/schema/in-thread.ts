import { Worker } from 'node:worker_threads';

/** Does what takes seconds in a thread of its own, so that others go on. @returns what the script posts */
export function inThread(script: URL, data: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: data });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The thread of ${script.pathname} ended early, with ${code}`)));
  });
}
