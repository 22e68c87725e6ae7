import type { Knex } from 'knex';

/**
 * The application that clients use who were not registered themselves: public, on the person's own machine, any
 * loopback port. `*` stands for every scope there is, also those that later steps add.
 */
export async function up(knex: Knex): Promise<void> {
  await knex('applications').insert({
    client_id: 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6',
    name: 'Scripts and tools on your own computer',
    description: 'What Python and JavaScript clients sign in with unless they are told another application.',
    client_type: 'public',
    grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    redirect_uris: ['localhost', '127.0.0.1', '[::1]'].flatMap((host) => [`http://${host}`, `http://${host}/`]),
    allowed_scopes: ['*'],
  });
}
