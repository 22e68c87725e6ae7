import type { Knex } from 'knex';

/**
 * How an application may have its answer sent. Those that are there go on with what they could use so far, but the one
 * for programs on people's own computers: what listens there never sees what stands behind «#».
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE applications
      ADD COLUMN response_modes text[] NOT NULL DEFAULT '{query,form_post}'
        CHECK (response_modes <@ '{query,form_post,fragment}');
    UPDATE applications SET response_modes = '{query,form_post,fragment}'
      WHERE client_id <> 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6';
  `);
}
