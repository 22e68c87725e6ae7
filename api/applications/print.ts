import Type from 'typebox';
import type { Usage } from '../../shared/applications/usage.ts';
import type { Application } from '../../shared/models/application.ts';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const moment = Type.String({ format: 'date-time' });

/** A secret as lists tell of it. */
export const secretSchema = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  created_at: moment,
  expires_at: nullable(moment),
});

/** How much an application is used. */
const usageSchema = Type.Object({
  people: Type.Integer({ description: 'Who have connected it.' }),
  grants: Type.Integer({ description: 'Authorizations that hold now.' }),
  live_tokens: Type.Integer({ description: 'Access tokens that are good now.' }),
  tokens: Type.Integer({ description: 'Access tokens that it got in the last 30 days.' }),
  last_used_at: nullable(moment),
});

/** An application as it is answered. */
export const applicationSchema = Type.Object({
  id: Type.Integer(),
  client_id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  contacts: Type.Array(Type.String()),
  client_type: Type.String(),
  auth_method: Type.String(),
  jwks: nullable(Type.Object({ keys: Type.Array(Type.Object({}, { additionalProperties: true })) })),
  jwks_uri: nullable(Type.String()),
  grant_types: Type.Array(Type.String()),
  redirect_uris: Type.Array(Type.String()),
  post_logout_redirect_uris: Type.Array(Type.String()),
  backchannel_logout_uri: nullable(Type.String()),
  allowed_scopes: Type.Array(Type.String()),
  consent: Type.String(),
  id_token_alg: Type.String(),
  access_token_seconds: nullable(Type.Integer()),
  refresh_token_days: nullable(Type.Integer()),
  response_modes: Type.Array(Type.String()),
  require_par: Type.Boolean(),
  require_dpop: Type.Boolean(),
  service_user: nullable(Type.Integer()),
  logo: nullable(Type.String({ description: 'Address of its logo, a PNG.' })),
  self_registered: Type.Boolean({ description: 'Whether it came by dynamic registration.' }),
  enabled: Type.Boolean(),
  created_by: nullable(Type.Integer()),
  created_at: moment,
  updated_at: moment,
  secrets: Type.Optional(Type.Array(secretSchema)),
  usage: Type.Optional(usageSchema),
  client_secret: Type.Optional(Type.String({ description: 'Its first secret, once.' })),
});

/** An application in the words of the API; secrets and use where they were asked for. */
export function printApplication(publicUrl: string, application: Application, usage?: Usage): object {
  const { service_user_id, service_user: _, secrets, logo, ...rest } = application;
  return {
    ...rest,
    service_user: service_user_id,
    logo: logo && `${publicUrl}/o/logos/${encodeURIComponent(application.client_id)}.png`,
    ...(secrets && { secrets: secrets.map((secret) => secret.toJSON()) }),
    ...(usage && { usage }),
  };
}
