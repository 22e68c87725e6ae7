import type { Context } from 'koa';
import Type from 'typebox';
import type { Person, Principal } from '../../../../shared/access/principal.ts';
import { scopesFor } from '../../../../shared/access/scopes.ts';
import type { Services } from '../../../../shared/services.ts';
import type { EntityCredentials } from '../../../authentication/entity.ts';
import { type Endpoint, endpoint, signedIn } from '../../../me/endpoint.ts';
import { mint } from '../../../me/mint.ts';
import { resourceNamed } from '../../../resources/index.ts';
import { Invalid } from '../../../store/refusals.ts';
import { Store } from '../../../store/store.ts';
import { aclOf } from '../acl.ts';
import { base } from '../operations/at.ts';
import { projectionOf } from '../projection.ts';
import type { Entities } from '../spelling.ts';
import { preferencesOf } from './preferences.ts';
import { language } from './preferences-schema.ts';

const object = Type.Object({}, { additionalProperties: true });

/** `GET App/user`: a token for a password, and all that a client wants to know when it begins. */
export const appUser = (entities: Entities): Endpoint =>
  endpoint({
    method: 'get',
    path: `${base}/App/user`,
    operation: { who: 'signed-in', scopes: scopesFor('admin', 'view') },
    operationId: 'v1_App_user',
    tag: 'entity',
    summary: 'Get a token for a password, and what to begin with',
    description:
      'With a username and password in `Espo-Authorization` or `Authorization: Basic` it makes a token; with a token it answers that one again. `Authorization-Token-Only` leaves out the rest; `Authorization-Token-Lifetime` and `Authorization-Token-Idletime` are hours, 0 without end.',
    mayFail: ['invalid'],
    responses: {
      200: {
        description: 'The token, and whose it is.',
        schema: Type.Object({
          token: Type.Optional(Type.Union([Type.String(), Type.Null()])),
          authorizationToken: Type.Union([Type.String(), Type.Null()]),
          language: Type.Optional(Type.String()),
          user: Type.Optional(object),
          acl: Type.Optional(object),
          preferences: Type.Optional(object),
          settings: Type.Optional(object),
          appParams: Type.Optional(object),
        }),
      },
    },
    handler: async ({ ctx, services, principal }) => {
      const person = signedIn(principal);
      const token = await tokenFor(ctx, services, principal);
      const authorizationToken = token && Buffer.from(`${person.username}:${token}`).toString('base64');
      const headers = { 'Cache-Control': 'no-store' };
      if (isYes(ctx.get('Authorization-Token-Only'))) return { body: { authorizationToken }, headers };
      const about = await aboutPerson(services, principal, person, entities, token);
      return { body: { token, authorizationToken, ...about }, headers };
    },
  });

/** The token that the request came with, or a new one for its password; null for other ways of signing in. */
async function tokenFor(ctx: Context, services: Services, principal: Principal): Promise<string | null> {
  const credentials: EntityCredentials | undefined = ctx.state.entityCredentials;
  if (!credentials) return null;
  if (credentials.token !== null) return credentials.token;
  const { authTokenLifetime, authTokenMaxIdleTime } = services.config;
  const lifetimeHours = hours(ctx, 'Authorization-Token-Lifetime', authTokenLifetime);
  const idleHours = hours(ctx, 'Authorization-Token-Idletime', authTokenMaxIdleTime);
  const { clear } = await mint(services, principal, {
    userId: signedIn(principal).id,
    name: 'Signed in at App/user',
    spelling: 'atrocore',
    scopes: null,
    expiresAt: lifetimeHours === 0 ? null : new Date(Date.now() + lifetimeHours * 3_600_000),
    lifetimeHours,
    idleHours,
    address: principal.address,
  });
  return clear;
}

const isYes = (header: string): boolean => /^(true|1)$/i.test(header);

function hours(ctx: Context, header: string, standard: number): number {
  const given = ctx.get(header);
  if (given === '') return standard;
  if (!/^\d{1,5}$/.test(given))
    throw new Invalid({ [header]: ['A whole number of hours is required, at most 99999.'] });
  return Number(given);
}

async function aboutPerson(
  services: Services,
  principal: Principal,
  person: Person,
  entities: Entities,
  token: string | null,
) {
  const { knex, config } = services;
  const store = new Store(services);
  const sight = store.sight(principal);
  const user = entities.of(resourceNamed('user'));
  const record = JSON.parse(await store.get(principal, projectionOf(user, sight), person.id)) as object;
  const preferences = await preferencesOf(knex, config, person.id);
  return {
    language: preferences.language || language,
    user: { ...record, token, ipAddress: principal.address },
    acl: aclOf(entities, sight, person),
    preferences,
    settings: settingsFor(services, person),
    appParams: { maxUploadSize: 1, templateEntityTypeList: [] },
  };
}

/** Settings beside those of `GET Settings`, for this person. */
const settingsFor = ({ config }: Services, { isSuperuser }: Person) => ({
  outboundEmailFromAddress: null,
  outboundEmailFromName: config.instanceName,
  integrations: {},
  ...(isSuperuser && {
    authTokenLifetime: config.authTokenLifetime,
    authTokenMaxIdleTime: config.authTokenMaxIdleTime,
    authTokenPreventConcurrent: false,
  }),
});
