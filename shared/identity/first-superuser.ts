import { anonymous } from '../access/principal.ts';
import { audit } from '../audit.ts';
import { ConfigError } from '../config.ts';
import type { Services } from '../services.ts';
import { problemWithPassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import { randomSecret } from './secrets.ts';

/** Key of the advisory lock that keeps processes that start together from making one each. */
const lock = 0x51_4d_03;

/**
 * Makes the first superuser from ADMIN_USERNAME and ADMIN_PASSWORD when there is none who can sign in.
 * @returns null when there was one; else the name, and the password if it was made up here: nobody can tell it later
 * @throws ConfigError when the settings don't allow it
 */
export async function ensureSuperuser({
  config,
  knex,
}: Pick<Services, 'config' | 'knex'>): Promise<{ username: string; password: string | null } | null> {
  return knex.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(?)', [lock]);
    if (await trx('users').where({ is_superuser: true, is_active: true, is_service: false }).first('id')) return null;
    const username = config.adminUsername;
    if (await trx('users').whereRaw('lower(username) = lower(?)', [username]).first('id')) {
      throw new ConfigError(
        `ADMIN_USERNAME «${username}» is somebody who is no superuser, and there is none: name another`,
      );
    }
    const problem = config.adminPassword && (await problemWithPassword(config.adminPassword, { username }, config));
    if (problem) throw new ConfigError(`ADMIN_PASSWORD is not good enough: ${problem}`);
    const password = config.adminPassword ?? randomSecret(15);
    const [made] = await trx('users')
      .insert({ username, password: await hashPassword(password), is_superuser: true, is_staff: true })
      .returning('id');
    await audit(trx, anonymous(), { action: 'create', resource: 'user', objectId: made.id });
    return { username, password: config.adminPassword ? null : password };
  });
}
