import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../../shared/process/serve.ts';

// The smallest service there can be, to look at what every service gets. `/slow?500` starts to answer at once and ends
// 500 ms later.
await serve({
  role: 'echo',
  build: async () => async (request, response) => {
    response.flushHeaders();
    if (request.url?.startsWith('/slow?')) await sleep(Number(request.url.split('?')[1]));
    response.end('done');
  },
});
