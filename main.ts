import type { RequestListener } from 'node:http';
import { createApi } from './api/app.ts';
import { apiLetters } from './api/mail/api-letters.ts';
import { loadSampleLab, sampleLogins } from './api/sample/index.ts';
import { createIdp } from './idp/app.ts';
import { accountLetters } from './idp/mail/letters.ts';
import { startSweeper } from './idp/provider/sweeper.ts';
import { startSealer } from './shared/audit/sealer.ts';
import { startDelivery } from './shared/mail/delivery.ts';
import { demoBanner } from './shared/process/demo-banner.ts';
import { type Program, serve } from './shared/process/serve.ts';
import type { Services } from './shared/services.ts';
import { startKeyRotation } from './shared/signing-keys/schedule.ts';

/** What the identity provider answers; all other paths are the api's. */
const idpPaths = /^\/(o|accounts|api_tokens|admin|assets|\.well-known\/oauth-authorization-server)(\/|\?|$)/;

const letters = { ...apiLetters, ...accountLetters };

/** Both services behind one port. */
export async function bothServices(services: Services): Promise<RequestListener> {
  const [idp, api] = await Promise.all([createIdp(services), createApi(services)]);
  const [toIdp, toApi] = [idp.callback(), api.callback()];
  return (request, response) => (idpPaths.test(request.url ?? '/') ? toIdp : toApi)(request, response);
}

const production: Program = {
  role: 'quartermaster',
  build: bothServices,
  async ready(services) {
    startSweeper(services);
    startKeyRotation(services);
    startDelivery(services, letters);
    startSealer(services);
  },
};

/** With a sample lab, in a data folder of its own, and log-ins that everybody knows. */
const demo: Program = {
  ...production,
  defaults: { DATA_DIR: '.data/demo', ADMIN_PASSWORD: 'keys-to-the-stores', LOG_LEVEL: 'warn' },
  async prepare(services) {
    await loadSampleLab(services);
  },
  async ready(services) {
    startSweeper(services);
    startKeyRotation(services);
    startDelivery(services, letters);
    startSealer(services);
    const { config, embedded } = services;
    const admin = { username: config.adminUsername, password: config.adminPassword ?? '', may: 'do everything' };
    const [example = admin] = sampleLogins;
    const { publicUrl, host } = config;
    const facts = { publicUrl, host, logins: [admin, ...sampleLogins], example, home: embedded?.home ?? null };
    console.log(demoBanner(facts));
  },
};

if (import.meta.main) await serve(process.argv.includes('--demo') ? demo : production);
