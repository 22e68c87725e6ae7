import { errors as joseErrors } from 'jose';
import type { Knex } from 'knex';
import type Provider from 'oidc-provider';
import { type AccessToken, type Client, errors, type TokenEndpointGrantContext } from 'oidc-provider';
import { identityScopes } from '../../shared/access/scopes.ts';
import { checkProof } from '../../shared/identity/dpop-proof.ts';
import { scopeNames, scopesAllowedTo } from '../../shared/models/application.ts';
import { accountFinder } from './accounts.ts';
import { accessTokenSecondsOf } from './clients.ts';
import type { PresentedToken } from './presented-tokens.ts';
import { present } from './presented-tokens.ts';
import { type ApiFacts, resourceServerInfo } from './scopes.ts';
import { inTurn } from './unit-of-work.ts';

/** Name of the grant (RFC 8693 §2.1). */
export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const acceptedTypes: ReadonlySet<string> = new Set([accessTokenType, 'urn:ietf:params:oauth:token-type:jwt']);

/** Services that may stand one behind the other. */
const longestChain = 4;

/** Who acts for the person of an exchanged token, and for whom before (RFC 8693 §4.1). */
export interface Act {
  readonly sub: string;
  readonly client_id: string;
  readonly act?: Act;
}

const acting = new WeakMap<object, Record<string, unknown>>();

/** What a token that is issued by an exchange says beside what all say: its `act`, and how the person was proved. */
export const exchangedClaims = (ctx: { req: object }): Record<string, unknown> | undefined => acting.get(ctx.req);

interface Parameters {
  readonly subject_token?: string;
  readonly subject_token_type?: string;
  readonly requested_token_type?: string;
  readonly actor_token?: string;
  readonly audience?: string;
  readonly [name: string]: unknown;
}

const parameterNames = [
  'subject_token',
  'subject_token_type',
  'requested_token_type',
  'actor_token',
  'actor_token_type',
  'audience',
  'resource',
  'scope',
];

interface ExchangeFacts extends ApiFacts {
  readonly knex: Knex;
  /** Null for a token that was not signed by us for the API. */
  verify(jwt: string): Promise<PresentedToken | null>;
}

/**
 * Lets a service that was sent a person's access token get one of its own, to go on for that person with the same
 * scopes or fewer, for as long as the first one lives. It ends with the authorization that the first one came from. A
 * DPoP proof binds it to a key; what is bound already is exchanged by its key only, and stays bound to it.
 */
export function registerTokenExchange(provider: Provider, facts: ExchangeFacts): void {
  const { knex, audience } = facts;
  const findAccount = accountFinder(knex);
  const resourceServer = resourceServerInfo(facts);

  provider.registerGrantType<Parameters>(
    tokenExchange,
    async (ctx) => {
      const { client, params } = ctx.oidc;
      refuseOthers(ctx, audience);
      const thumbprint = await provedKey(ctx);
      const subject = await subjectOf(ctx, thumbprint);
      // What is issued goes by it: whoever ends the authorization is waited for, or the token is refused.
      const from = subject.grantId ? await provider.Grant.find(subject.grantId) : undefined;
      const account = await findAccount(ctx, subject.accountId);
      if (!from || !account) throw new errors.InvalidGrant('the subject token is not good any more');
      ctx.oidc.entity('Account', account);

      const scope = narrowed(params.scope, subject, client).join(' ');
      const now = Math.floor(Date.now() / 1000);
      // A moment, not a time from now on: it must not end after the subject token, however long this takes.
      const end = Math.min(subject.exp ?? 0, now + (accessTokenSecondsOf(client) ?? Infinity));
      if (end <= now) throw new errors.InvalidGrant('the subject token is not good any more');
      const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
      grant.addResourceScope(audience, scope);
      Object.assign(grant, { expiresIn: end - now });
      const grantId = await grant.save();
      const made = { grant_id: grantId, from_grant_id: subject.grantId };
      await inTurn(knex, async (db) => db('exchanged_grants').insert(made));

      const { act, acr, amr, auth_time } = (subject.extra ?? {}) as Record<string, unknown>;
      acting.set(ctx.req, { act: actOf(client, act as Act | undefined), acr, amr, auth_time });
      const token = new provider.AccessToken({
        accountId: account.accountId,
        client,
        grantId,
        gty: 'token_exchange',
        scope,
        expiresWithSession: false,
      } as ConstructorParameters<typeof provider.AccessToken>[0]);
      const info = resourceServer(ctx, audience, client);
      token.resourceServer = { ...info, scopes: new Set(info.scope.split(' ')), identifier: () => audience };
      Object.assign(token, { exp: end });
      if (thumbprint) token.setThumbprint('jkt', thumbprint);
      ctx.body = {
        access_token: await token.save(),
        issued_token_type: accessTokenType,
        token_type: token.tokenType,
        expires_in: end - now,
        scope,
      };
    },
    parameterNames,
  );

  /** The thumbprint of the key that a proof came with; null without one. */
  async function provedKey(ctx: TokenEndpointGrantContext<Parameters>): Promise<string | null> {
    const proof = ctx.get('DPoP');
    if (!proof) {
      if (ctx.oidc.client.dpopBoundAccessTokens) throw new errors.InvalidGrant('DPoP proof JWT not provided');
      return null;
    }
    const request = { proof, method: ctx.method, url: ctx.oidc.urlFor('token') };
    return inTurn(knex, (db) => checkProof(db, null, request)).catch((error: unknown) => {
      throw error instanceof joseErrors.JOSEError ? new errors.InvalidDpopProof(error.message) : error;
    });
  }

  async function subjectOf(
    ctx: TokenEndpointGrantContext<Parameters>,
    thumbprint: string | null,
  ): Promise<AccessToken> {
    const jwt = ctx.oidc.params.subject_token ?? '';
    const known = await facts.verify(jwt);
    if (known) present(ctx, known);
    const token = known && (await provider.AccessToken.find(known.jti));
    if (!token?.isValid) throw new errors.InvalidGrant('the subject token is no live access token of a person');
    if (token.jkt && token.jkt !== thumbprint) {
      throw new errors.InvalidGrant('the subject token is bound to a key: exchange it with a DPoP proof by that key');
    }
    return token;
  }
}

/** What this server does not do is refused, not left out: the answer would be another token than the one asked for. */
function refuseOthers({ oidc: { params } }: TokenEndpointGrantContext<Parameters>, audience: string): void {
  const { subject_token: token, subject_token_type: type, requested_token_type: wanted } = params;
  if (!token || !type) throw new errors.InvalidRequest('subject_token and subject_token_type are required');
  if (!acceptedTypes.has(type)) throw new errors.InvalidRequest('subject_token_type must be an access token');
  if (wanted !== undefined && !acceptedTypes.has(wanted)) {
    throw new errors.InvalidRequest('requested_token_type must be an access token');
  }
  if (params.actor_token !== undefined) throw new errors.InvalidRequest('actor_token is not supported');
  for (const target of [params.resource, params.audience].flat()) {
    if (target !== undefined && target !== audience) throw new errors.InvalidTarget(`the only target is ${audience}`);
  }
}

/** The scopes asked for, or all: of what the subject token holds and the service may have. Never more than either. */
function narrowed(asked: string | undefined, subject: AccessToken, client: Client): string[] {
  const allowed = new Set(scopesAllowedTo({ allowed_scopes: client.scope?.split(' ') ?? [] }));
  const held = new Set(subject.scope?.split(' '));
  const possible = scopeNames.filter((scope) => held.has(scope) && allowed.has(scope) && !(scope in identityScopes));
  const wanted = asked === undefined ? possible : [...new Set(asked.split(' ').filter(Boolean))];
  const refused = wanted.filter((scope) => !possible.includes(scope));
  if (refused.length > 0 || wanted.length === 0) {
    const what = refused.join(' ') || 'nothing is left';
    throw new errors.InvalidScope(`more than the subject token holds or this application may have: ${what}`, what);
  }
  return wanted;
}

function actOf({ clientId }: Client, before: Act | undefined): Act {
  let length = 1;
  for (let one = before; one; one = one.act) length++;
  if (length > longestChain) throw new errors.InvalidRequest('too many services act one for the other');
  return { sub: clientId, client_id: clientId, ...(before && { act: before }) };
}
