import { startSealer } from '../shared/audit/sealer.ts';
import { startDelivery } from '../shared/mail/delivery.ts';
import { serve } from '../shared/process/serve.ts';
import { createApi } from './app.ts';
import { apiLetters } from './mail/api-letters.ts';

await serve({
  role: 'api',
  build: async (services) => (await createApi(services)).callback(),
  async ready(services) {
    startDelivery(services, apiLetters);
    startSealer(services);
  },
});
