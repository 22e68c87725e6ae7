import Type from 'typebox';
import { audit } from '../../shared/audit.ts';
import { sameTokenAgain } from '../../shared/identity/api-tokens.ts';
import { Forbidden } from '../store/refusals.ts';
import { endpoint, signedIn } from './endpoint.ts';
import { printDay } from './expiry.ts';
import { latestEnd, outlives } from './minting-limit.ts';

/** A name as InvenTree keeps it: no tags, nothing that can't be printed, dashes for spaces, at most 100 characters. */
export function cleanName(name: string): string {
  return name
    .slice(0, 500)
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll(/[^\P{C} ]/gu, '')
    .trim()
    .replaceAll(/\s/gu, '-')
    .slice(0, 100);
}

export const namedToken = endpoint({
  method: 'get',
  path: '/api/user/me/token/',
  also: ['/api/user/token/'],
  // No scope lets it through: a token with less power than its person must not breed one with more.
  operation: { who: 'signed-in', scopes: [] },
  sensitive: true,
  operationId: 'user_me_token_retrieve',
  tag: 'tokens',
  summary: 'An API token of your own, by name',
  description:
    'Asked again with the same name, it answers the same token while that lives (a year, or as long as the token that asked); otherwise it makes one. ' +
    'Send it as `Authorization: Token …`.',
  query: Type.Object({ name: Type.Optional(Type.String({ description: 'What the token is for.' })) }),
  responses: {
    200: {
      description: 'The token',
      schema: Type.Object({
        token: Type.String({ examples: ['inv-0123456789abcdef0123456789abcdef01234567-20260131'] }),
        name: Type.String(),
        expiry: Type.String({ format: 'date' }),
      }),
    },
  },
  handler: async ({ ctx, services, principal, query }) => {
    // It makes something although it is a GET, so a link on a foreign page must not lead here.
    if (principal.proof === 'session' && ctx.get('Sec-Fetch-Site') === 'cross-site') {
      throw new Forbidden('role', [], 'This can not be opened from another site.');
    }
    const { id: userId } = signedIn(principal);
    const name = cleanName(query.name ?? '');
    const { secretKey } = services.config;
    const token = await services.knex.transaction(async (trx) => {
      const latest = await latestEnd(trx, principal);
      const found = await sameTokenAgain(trx, { secretKey, userId, name, latest });
      if (outlives(found.expiresAt, latest)) {
        throw new Forbidden('role', [], 'That token lives longer than the one that asks for it.');
      }
      const entry = { action: 'create', resource: 'token', objectId: found.id, changes: { name: { new: name } } };
      if (found.made) await audit(trx, principal, entry);
      return found;
    });
    return {
      body: { token: token.clear, name, expiry: printDay(token.expiresAt) },
      headers: { 'Cache-Control': 'no-store' },
    };
  },
});
