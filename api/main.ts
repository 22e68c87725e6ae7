import { serve } from '../shared/process/serve.ts';
import { createApi } from './app.ts';

await serve({ role: 'api', build: async (services) => (await createApi(services)).callback() });
