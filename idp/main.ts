import { startSealer } from '../shared/audit/sealer.ts';
import { startDelivery } from '../shared/mail/delivery.ts';
import { serve } from '../shared/process/serve.ts';
import { startKeyRotation } from '../shared/signing-keys/schedule.ts';
import { createIdp } from './app.ts';
import { accountLetters } from './mail/letters.ts';
import { startSweeper } from './provider/sweeper.ts';

await serve({
  role: 'idp',
  build: async (services) => (await createIdp(services)).callback(),
  async ready(services) {
    startSweeper(services);
    startKeyRotation(services);
    startDelivery(services, accountLetters);
    startSealer(services);
  },
});
