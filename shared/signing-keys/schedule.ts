import type { Actor } from '../audit.ts';
import type { Services } from '../services.ts';
import { tendSigningKeys } from './rotate.ts';

const bySchedule: Actor = {
  person: { id: null, username: 'schedule' },
  proof: 'console',
  application: null,
  tokenId: null,
  address: null,
};

/** Tends the signing keys now and then, for as long as the process lives; it keeps no process alive. */
export function startKeyRotation(services: Services, everySeconds = 60): void {
  const { config, log } = services;
  const run = () =>
    tendSigningKeys(services, config.keyRotationDays, bySchedule).catch((error: unknown) =>
      log.error({ err: error }, 'the signing keys could not be tended'),
    );
  void run();
  setInterval(run, everySeconds * 1000).unref();
}
