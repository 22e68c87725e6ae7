import Type, { type Static } from 'typebox';
import { type ApplicationWish, noWish, wrongWith } from '../../shared/applications/fields.ts';
import { largestLogo } from '../../shared/applications/logo.ts';
import { newServiceUser } from '../../shared/applications/service-users.ts';
import {
  type Application,
  everyScope,
  type GrantType,
  grantTypes,
  idTokenAlgs,
  type ResponseMode,
  responseModes,
  scopeNames,
} from '../../shared/models/application.ts';
import { Invalid } from '../store/refusals.ts';

const texts = (description: string) => Type.Optional(Type.Array(Type.String(), { description }));
const words = <Word extends string>(all: readonly Word[]) => Type.Union(all.map((word) => Type.Literal(word)));

const name = Type.String({ maxLength: 255, description: 'What people read when it asks them to connect it.' });
const clientType = words(['public', 'confidential']);
const optional = {
  description: Type.Optional(Type.String({ maxLength: 2000 })),
  contacts: texts('E-mail addresses of whoever looks after it.'),
  auth_method: Type.Optional(words(['client_secret', 'private_key_jwt'])),
  jwks: Type.Optional(
    Type.Union([Type.Object({ keys: Type.Array(Type.Record(Type.String(), Type.Unknown())) }), Type.Null()], {
      description: 'Its public keys (RFC 7517).',
    }),
  ),
  jwks_uri: Type.Optional(Type.Union([Type.String(), Type.Null()], { description: 'Where its public keys are.' })),
  grant_types: Type.Optional(Type.Array(words(Object.keys(grantTypes) as GrantType[]))),
  redirect_uris: texts('Where people go back to; compared letter by letter.'),
  post_logout_redirect_uris: texts('Where people may go after it signed them out here.'),
  backchannel_logout_uri: Type.Optional(
    Type.Union([Type.String(), Type.Null()], { description: 'Where it is told that a session ended.' }),
  ),
  allowed_scopes: texts(`Scopes that it may ask for; \`${everyScope}\` is all of them.`),
  consent: Type.Optional(words(['ask', 'once', 'trusted'])),
  id_token_alg: Type.Optional(words(idTokenAlgs)),
  access_token_seconds: Type.Optional(
    Type.Union([Type.Integer(), Type.Null()], { description: '60 to 86400; null: as everywhere.' }),
  ),
  refresh_token_days: Type.Optional(
    Type.Union([Type.Integer(), Type.Null()], { description: '1 to 365 without use; null: as everywhere.' }),
  ),
  response_modes: Type.Optional(
    Type.Array(words(Object.keys(responseModes) as ResponseMode[]), {
      description: 'How it may have its answer sent; others are refused. `query` is what it gets without asking.',
    }),
  ),
  require_par: Type.Optional(Type.Boolean({ description: 'It must push its requests (RFC 9126).' })),
  require_dpop: Type.Optional(Type.Boolean({ description: 'Its tokens are bound to a key (RFC 9449).' })),
  service_user: Type.Optional(
    Type.Union([Type.Integer(), Type.Literal(newServiceUser), Type.Null()], {
      description: `Whom it acts as when it acts for itself; \`${newServiceUser}\` makes a service user for it.`,
    }),
  ),
  enabled: Type.Optional(Type.Boolean()),
  logo: Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description: `An image as a \`data:\` URI in base64, at most ${largestLogo / 1000} kB.`,
    }),
  ),
};

/** What a new application may be sent with. */
export const newApplication = Type.Object({ name, client_type: Type.Optional(clientType), ...optional });

/** What of an application may be changed. */
export const applicationChange = Type.Object({ name: Type.Optional(name), ...optional });

type Body = Static<typeof newApplication> | Static<typeof applicationChange>;

/**
 * What a body makes of an application: what it leaves out stays, or is as for a new one.
 * @throws Invalid naming the fields that are wrong
 */
export function wishOf(body: Body, application: Application | null): ApplicationWish {
  const { enabled: _, logo: __, ...said } = body;
  const from = application ? { ...application, service_user: application.service_user_id } : noWish;
  const wish = { ...from, ...said } as ApplicationWish;
  const { scopes, ...errors } = wrongWith(wish);
  if (scopes) errors.allowed_scopes = 'Name at least one scope.';
  const unknown = wish.allowed_scopes.filter((scope) => scope !== everyScope && !scopeNames.includes(scope));
  if (unknown.length > 0) errors.allowed_scopes = `There is no such scope: ${unknown.join(', ')}.`;
  const fields = Object.entries(errors).map(([field, sentence]) => [field, [sentence]]);
  if (fields.length > 0) throw new Invalid(Object.fromEntries(fields));
  return wish;
}

/** The bytes of a logo as it was sent. @throws Invalid */
export function logoIn(dataUri: string): Buffer {
  const base64 = /^data:image\/[a-z+]+;base64,([A-Za-z0-9+/=\s]+)$/.exec(dataUri)?.[1];
  if (!base64) throw new Invalid({ logo: ['This must be an image as a data: URI in base64.'] });
  return Buffer.from(base64, 'base64');
}
