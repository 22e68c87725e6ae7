import type { Knex } from 'knex';

/**
 * For most roles, adding takes changing. Not so for bookings: with «add» people book for themselves and look after
 * their own, while «change» is the right to book for others and to correct theirs.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE OR REPLACE FUNCTION ruleset_implies() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.can_change := NEW.can_change OR NEW.can_delete OR (NEW.can_add AND NEW.name <> 'booking');
      NEW.can_view := NEW.can_view OR NEW.can_change OR NEW.can_add;
      RETURN NEW;
    END $$;
  `);
}
