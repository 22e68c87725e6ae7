import { parentPort, workerData } from 'node:worker_threads';
import { convertV2 } from 'openapi-to-postmanv2';

const options = {
  folderStrategy: 'Tags',
  parametersResolution: 'Example',
  enableOptionalParameters: false,
  keepImplicitHeaders: false,
} as const;

convertV2({ type: 'json', data: workerData }, options, (error, result) => {
  const [collection] = result?.output ?? [];
  if (error || !collection) throw error ?? new Error(`No collection came of it: ${result?.reason}`);
  parentPort?.postMessage(collection.data);
});
