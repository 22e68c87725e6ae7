import type { Knex } from 'knex';
import type { Person } from '../../shared/access/principal.ts';
import type { Config } from '../../shared/config.ts';
import { type OfferedSecret, offerSecret } from './authenticator-app.ts';
import { passkeysWork, registrationOptions } from './passkeys.ts';

/** What the set-up pages offer. */
export interface Offers {
  readonly app: OfferedSecret;
  /** For the browser, as JSON; null where passkeys don't work. */
  readonly passkey: string | null;
}

/**
 * What somebody can set up.
 * @param given the sealed secret of a form that came back, so that the app need not learn another
 */
export async function offers(
  db: Knex,
  config: Pick<Config, 'secretKey' | 'publicUrl' | 'instanceName'>,
  { person, browser, given }: { person: Person; browser: string; given?: string | undefined },
): Promise<Offers> {
  const { id, username } = person;
  const name = `${person.firstName} ${person.lastName}`.trim() || username;
  const about = { userId: id, username, issuer: config.instanceName };
  return {
    app: offerSecret(config.secretKey, about, given || undefined),
    passkey: passkeysWork(config) ? await registrationOptions(db, config, browser, { id, username, name }) : null,
  };
}
