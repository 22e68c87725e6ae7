import type { Knex } from 'knex';

/** More that an application may be set to: keys of its own, lifetimes, how people are asked, where sign-outs are told; and how much it is used. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE applications
      ADD COLUMN auth_method varchar(20) NOT NULL DEFAULT 'client_secret'
        CHECK (auth_method IN ('client_secret', 'private_key_jwt')),
      ADD COLUMN jwks jsonb,
      ADD COLUMN jwks_uri text,
      ADD COLUMN id_token_alg varchar(10) NOT NULL DEFAULT 'RS256' CHECK (id_token_alg IN ('RS256', 'ES256')),
      ADD COLUMN access_token_seconds integer CHECK (access_token_seconds BETWEEN 60 AND 86400),
      ADD COLUMN refresh_token_days integer CHECK (refresh_token_days BETWEEN 1 AND 365),
      ADD COLUMN consent varchar(10) NOT NULL DEFAULT 'once' CHECK (consent IN ('ask', 'once', 'trusted')),
      ADD COLUMN backchannel_logout_uri text,
      ADD COLUMN contacts text[] NOT NULL DEFAULT '{}',
      ADD COLUMN require_par boolean NOT NULL DEFAULT false,
      ADD COLUMN require_dpop boolean NOT NULL DEFAULT false,
      ADD COLUMN logo bytea,
      ADD COLUMN self_registered boolean NOT NULL DEFAULT false,
      ADD CHECK (jwks IS NULL OR jwks_uri IS NULL);

    CREATE TABLE application_usage (
      client_id varchar(100) NOT NULL REFERENCES applications (client_id) ON DELETE CASCADE,
      day date NOT NULL,
      tokens integer NOT NULL,
      last_at timestamptz NOT NULL,
      PRIMARY KEY (client_id, day)
    );
  `);
}
