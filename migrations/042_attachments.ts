import type { Knex } from 'knex';

/** Files and links that hang on parts, stock and companies. The files themselves are on disk, under their keys. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE attachment (
      id serial PRIMARY KEY,
      model_type varchar(30) NOT NULL,
      model_id integer NOT NULL,
      file_key varchar(300) UNIQUE,
      file_name varchar(120) NOT NULL DEFAULT '',
      content_type varchar(120) NOT NULL DEFAULT '',
      file_size bigint,
      link varchar(2000) NOT NULL DEFAULT '',
      comment varchar(250) NOT NULL DEFAULT '',
      is_image boolean NOT NULL DEFAULT false,
      upload_date date NOT NULL DEFAULT current_date,
      upload_user_id integer REFERENCES users ON DELETE SET NULL,
      CONSTRAINT attachment_of_something CHECK (file_key IS NOT NULL OR link <> '')
    );
    CREATE INDEX attachment_of ON attachment (model_type, model_id);
    CREATE INDEX attachment_upload_user ON attachment (upload_user_id);

    CREATE OR REPLACE FUNCTION take_along() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM parameter WHERE model_type = TG_ARGV[0] AND model_id = OLD.id;
      DELETE FROM attachment WHERE model_type = TG_ARGV[0] AND model_id = OLD.id;
      RETURN NULL;
    END $$;
  `);
}
