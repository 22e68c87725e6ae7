import { serve } from '../shared/process/serve.ts';
import { createIdp } from './app.ts';

await serve({ role: 'idp', build: async (services) => (await createIdp(services)).callback() });
