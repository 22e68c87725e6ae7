import { randomBytes } from 'node:crypto';
import { sha256 } from '../../shared/identity/secrets.ts';
import type { Services } from '../../shared/services.ts';
import type { TestPerson } from './people.ts';

/** Registers an application that acts as `person`, and gets a token for it from the token endpoint. */
export async function makeBearer(
  { knex }: Services,
  url: string,
  person: TestPerson,
  scopes: readonly string[],
): Promise<string> {
  const clientId = `test-${randomBytes(8).toString('hex')}`;
  const secret = randomBytes(32).toString('base64url');
  const [application] = await knex('applications')
    .insert({
      client_id: clientId,
      name: `Acts as ${person.username}`,
      client_type: 'confidential',
      grant_types: ['client_credentials'],
      allowed_scopes: [...scopes],
      service_user_id: person.id,
    })
    .returning('id');
  await knex('application_secrets').insert({ application_id: application.id, secret_hash: sha256(secret) });
  const response = await fetch(`${url}/o/token/`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') }),
  });
  const answer = (await response.json()) as { access_token?: string };
  if (!answer.access_token) throw new Error(`No token for ${person.username}: ${JSON.stringify(answer)}`);
  return answer.access_token;
}
