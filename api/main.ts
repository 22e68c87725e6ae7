import { startSealer } from '../shared/audit/sealer.ts';
import { serve } from '../shared/process/serve.ts';
import { createApi } from './app.ts';
import { startDelivery } from './mail/delivery.ts';

await serve({
  role: 'api',
  build: async (services) => (await createApi(services)).callback(),
  async ready(services) {
    startDelivery(services);
    startSealer(services);
  },
});
