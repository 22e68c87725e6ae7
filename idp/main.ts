import { serve } from '../shared/process/serve.ts';
import { createIdp } from './app.ts';
import { startSweeper } from './provider/sweeper.ts';

await serve({
  role: 'idp',
  build: async (services) => (await createIdp(services)).callback(),
  ready: async (services) => startSweeper(services),
});
