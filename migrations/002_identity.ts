import type { Knex } from 'knex';

/** Sessions, API tokens, applications, what the provider issued, signing keys, revocations and the audit trail. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE sessions (
      id_hash bytea PRIMARY KEY,
      user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
      created_at timestamptz NOT NULL DEFAULT now(),
      last_seen_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      auth_time timestamptz NOT NULL DEFAULT now(),
      amr text[] NOT NULL DEFAULT '{pwd}',
      address inet,
      user_agent text
    );
    CREATE INDEX sessions_user ON sessions (user_id);
    CREATE INDEX sessions_expires ON sessions (expires_at);

    CREATE TABLE api_tokens (
      id serial PRIMARY KEY,
      user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
      name varchar(255) NOT NULL DEFAULT '',
      spelling varchar(20) NOT NULL CHECK (spelling IN ('inventree', 'qore', 'atrocore')),
      secret_hash bytea NOT NULL UNIQUE,
      redacted varchar(100) NOT NULL,
      scopes text[],
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz
    );
    CREATE INDEX api_tokens_user ON api_tokens (user_id, name);

    CREATE TABLE applications (
      id serial PRIMARY KEY,
      client_id varchar(100) NOT NULL UNIQUE,
      name varchar(255) NOT NULL CHECK (name <> ''),
      description text NOT NULL DEFAULT '',
      client_type varchar(20) NOT NULL CHECK (client_type IN ('public', 'confidential')),
      grant_types text[] NOT NULL,
      redirect_uris text[] NOT NULL DEFAULT '{}',
      post_logout_redirect_uris text[] NOT NULL DEFAULT '{}',
      allowed_scopes text[] NOT NULL,
      service_user_id integer REFERENCES users ON DELETE SET NULL,
      enabled boolean NOT NULL DEFAULT true,
      created_by integer REFERENCES users ON DELETE SET NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE application_secrets (
      id serial PRIMARY KEY,
      application_id integer NOT NULL REFERENCES applications ON DELETE CASCADE,
      name varchar(100) NOT NULL DEFAULT '',
      secret_hash bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz
    );
    CREATE INDEX application_secrets_application ON application_secrets (application_id);

    -- What oidc-provider stores: grants, codes, tokens, sessions, interactions. Ids are hashed; the columns
    -- beside the payload are what «connected applications» and «end everything of this person» look for.
    CREATE TABLE oidc_artifacts (
      kind varchar(40) NOT NULL,
      id_hash bytea NOT NULL,
      payload jsonb NOT NULL,
      grant_id text,
      account_id text,
      client_id text,
      uid text,
      user_code text,
      is_jwt boolean NOT NULL DEFAULT false,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz,
      consumed_at timestamptz,
      PRIMARY KEY (kind, id_hash)
    );
    CREATE INDEX oidc_artifacts_grant ON oidc_artifacts (grant_id) WHERE grant_id IS NOT NULL;
    CREATE INDEX oidc_artifacts_account ON oidc_artifacts (account_id, kind) WHERE account_id IS NOT NULL;
    CREATE INDEX oidc_artifacts_client ON oidc_artifacts (client_id) WHERE client_id IS NOT NULL;
    CREATE UNIQUE INDEX oidc_artifacts_uid ON oidc_artifacts (uid) WHERE uid IS NOT NULL;
    CREATE UNIQUE INDEX oidc_artifacts_user_code ON oidc_artifacts (user_code) WHERE user_code IS NOT NULL;
    CREATE INDEX oidc_artifacts_expires ON oidc_artifacts (expires_at);

    CREATE TABLE signing_keys (
      kid varchar(100) PRIMARY KEY,
      alg varchar(10) NOT NULL,
      state varchar(10) NOT NULL CHECK (state IN ('next', 'current', 'previous')),
      public_jwk jsonb NOT NULL,
      sealed_private_jwk bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      state_since timestamptz NOT NULL DEFAULT now()
    );

    CREATE FUNCTION tell_keys_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('quartermaster', '{"keys":"changed"}');
      RETURN NULL;
    END $$;
    CREATE TRIGGER tell_keys_changed AFTER INSERT OR UPDATE OR DELETE ON signing_keys FOR EACH STATEMENT EXECUTE FUNCTION tell_keys_changed();

    -- Access tokens that may no longer be used although their signature and expiry still hold.
    CREATE TABLE revocations (
      id bigserial PRIMARY KEY,
      token_hash bytea NOT NULL UNIQUE,
      at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL
    );
    CREATE INDEX revocations_expires ON revocations (expires_at);

    -- A stored access token that goes away before its time was revoked, whoever deleted it and why.
    CREATE FUNCTION token_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.is_jwt AND OLD.expires_at > now() THEN
        INSERT INTO revocations (token_hash, expires_at) VALUES (OLD.id_hash, OLD.expires_at) ON CONFLICT DO NOTHING;
        PERFORM pg_notify('quartermaster', json_build_object('token', encode(OLD.id_hash, 'hex'), 'until', extract(epoch FROM OLD.expires_at))::text);
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER token_revoked AFTER DELETE ON oidc_artifacts FOR EACH ROW EXECUTE FUNCTION token_revoked();

    CREATE FUNCTION tell_api_token_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('quartermaster', json_build_object('apiToken', OLD.id)::text);
      RETURN NULL;
    END $$;
    CREATE TRIGGER tell_api_token_changed AFTER DELETE OR UPDATE OF revoked_at, expires_at, scopes ON api_tokens
      FOR EACH ROW EXECUTE FUNCTION tell_api_token_changed();

    CREATE FUNCTION tell_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('quartermaster', json_build_object('session', encode(OLD.id_hash, 'hex'))::text);
      RETURN NULL;
    END $$;
    CREATE TRIGGER tell_session_ended AFTER DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION tell_session_ended();

    CREATE TABLE audit_entries (
      id bigserial PRIMARY KEY,
      at timestamptz NOT NULL DEFAULT now(),
      actor_id integer,
      actor text NOT NULL,
      proof varchar(20) NOT NULL,
      application text,
      token_id integer,
      address inet,
      action varchar(50) NOT NULL,
      resource varchar(50) NOT NULL,
      object_id text,
      changes jsonb NOT NULL DEFAULT '{}'
    );
    CREATE INDEX audit_entries_object ON audit_entries (resource, object_id, id DESC);
    CREATE INDEX audit_entries_actor ON audit_entries (actor_id, id DESC);
  `);
}
