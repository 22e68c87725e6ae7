import { serve } from '../shared/process/serve.ts';
import { createApi } from './app.ts';
import { startDelivery } from './mail/delivery.ts';

await serve({
  role: 'api',
  build: async (services) => (await createApi(services)).callback(),
  ready: async (services) => startDelivery(services),
});
