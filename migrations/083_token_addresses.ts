import type { Knex } from 'knex';

/** An API token may be bound to networks, and says where it was used last. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Networks (CIDR) that it may be used from; null: any.
    ALTER TABLE api_tokens ADD COLUMN addresses text[];
    ALTER TABLE api_tokens ADD COLUMN last_used_address inet;
    CREATE TRIGGER tell_api_token_addresses AFTER UPDATE OF addresses ON api_tokens
      FOR EACH ROW EXECUTE FUNCTION tell_api_token_changed();
  `);
}
