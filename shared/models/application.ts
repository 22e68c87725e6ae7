import { Model, type RelationMappings } from 'objection';
import { identityScopes, resourceScopes } from '../access/scopes.ts';
import { ApplicationSecret } from './application-secret.ts';
import { User } from './user.ts';

/** What an application can exchange for tokens, by the names of RFC 6749 and 8628, with what pages call it. */
export const grantTypes = {
  authorization_code: 'A person signs in and agrees (authorization code with PKCE)',
  refresh_token: 'It stays connected (refresh token)',
  client_credentials: 'It acts for itself, as a service user (client credentials)',
  'urn:ietf:params:oauth:grant-type:device_code': 'A device without a browser (device code)',
  'urn:ietf:params:oauth:grant-type:token-exchange':
    'It goes on for a person whose token it was sent, with less (token exchange)',
} as const;
export type GrantType = keyof typeof grantTypes;

/** How a confidential application proves who it is, with what pages call it. */
export const authMethods = {
  client_secret: 'A secret that both sides know',
  private_key_jwt: 'A key of its own, of which only the public half is here (private_key_jwt)',
} as const;
export type AuthMethod = keyof typeof authMethods;

/** When a person is asked whether an application may act for them. */
export const consentModes = {
  ask: 'Each time',
  once: 'Once, and again when it wants more',
  trusted: 'Never: whoever signs in to it has agreed',
} as const;
export type ConsentMode = keyof typeof consentModes;

/** How an application may have the answer to an authorization request sent, with what pages call it. */
export const responseModes = {
  query: 'In the address (query)',
  form_post: 'Posted as a form (form_post)',
  fragment: 'In the address behind «#», for scripts of a page alone (fragment)',
} as const;
export type ResponseMode = keyof typeof responseModes;

/** What may sign an application's ID tokens. */
export const idTokenAlgs = ['RS256', 'ES256'] as const;

/** In `allowed_scopes`: every scope there is, also those that come later. */
export const everyScope = '*';

/** The names of all scopes, those about identity first. */
export const scopeNames: readonly string[] = [...Object.keys(identityScopes), ...Object.keys(resourceScopes)];

/** A registered OAuth client. */
export class Application extends Model {
  static override tableName = 'applications';

  declare id: number;
  declare client_id: string;
  declare name: string;
  declare description: string;
  declare client_type: 'public' | 'confidential';
  declare grant_types: GrantType[];
  declare redirect_uris: string[];
  declare post_logout_redirect_uris: string[];
  /** Names of scopes, or {@link everyScope}. */
  declare allowed_scopes: string[];
  /** Who it acts as when it acts for itself. */
  declare service_user_id: number | null;
  declare auth_method: AuthMethod;
  /** Public keys of its own (RFC 7517), or where they are read from. */
  declare jwks: { keys: Record<string, unknown>[] } | null;
  declare jwks_uri: string | null;
  declare id_token_alg: (typeof idTokenAlgs)[number];
  /** Null: as everywhere. */
  declare access_token_seconds: number | null;
  declare refresh_token_days: number | null;
  declare consent: ConsentMode;
  /** Where it is told that somebody signed out (OpenID Connect Back-Channel Logout). */
  declare backchannel_logout_uri: string | null;
  /** E-mail addresses of whoever looks after it. */
  declare contacts: string[];
  declare response_modes: ResponseMode[];
  declare require_par: boolean;
  declare require_dpop: boolean;
  /** PNG. */
  declare logo: Buffer | null;
  /** Whether it came by dynamic registration (RFC 7591). */
  declare self_registered: boolean;
  declare enabled: boolean;
  declare created_by: number | null;
  declare created_at: Date;
  declare updated_at: Date;
  declare secrets?: ApplicationSecret[];
  declare service_user?: User | null;

  static override get jsonAttributes(): string[] {
    return ['jwks'];
  }

  override $formatJson(json: Record<string, unknown>): Record<string, unknown> {
    const { logo: _, ...rest } = super.$formatJson(json);
    return rest;
  }

  static override get relationMappings(): RelationMappings {
    return {
      secrets: {
        relation: Model.HasManyRelation,
        modelClass: ApplicationSecret,
        join: { from: 'applications.id', to: 'application_secrets.application_id' },
      },
      service_user: {
        relation: Model.BelongsToOneRelation,
        modelClass: User,
        join: { from: 'applications.service_user_id', to: 'users.id' },
      },
    };
  }
}

/** The scopes that an application may ask for, by name. */
export function scopesAllowedTo({ allowed_scopes: allowed }: Pick<Application, 'allowed_scopes'>): readonly string[] {
  return allowed.includes(everyScope) ? scopeNames : scopeNames.filter((scope) => allowed.includes(scope));
}
