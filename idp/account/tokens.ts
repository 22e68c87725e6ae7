import type Router from '@koa/router';
import { scopesWorthOffering } from '../../shared/access/scopes-of-person.ts';
import { audit } from '../../shared/audit.ts';
import { makeApiToken, revokeApiToken } from '../../shared/identity/api-tokens.ts';
import type { ApiToken, Spelling } from '../../shared/models/api-token.ts';
import { moment } from '../../shared/pages/moment.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { notFound } from '../pages/problems.ts';
import { scopeGrid, sentencesOf } from '../pages/scope-grid.ts';
import { seeOther } from '../pages/see-other.ts';
import { type BrowserContext, type BrowserState, personOf, principalOf } from '../sign-in/state.ts';
import type { AccountServices } from './router.ts';
import { endOf, networksOf, noWish, readWish, spellings, type TokenWish, wrongWith } from './token-wish.ts';

type Listed = Pick<
  ApiToken,
  'id' | 'name' | 'redacted' | 'scopes' | 'expires_at' | 'last_used_at' | 'last_used_address' | 'addresses'
>;

/** API tokens, under both addresses that people know: beside the other account pages, and alone as Qore has it. */
export function tokenRoutes(router: Router<BrowserState>, services: AccountServices): void {
  tokenRoutesAt(router, services, '/accounts/tokens/');
  tokenRoutesAt(router, services, '/api_tokens');
}

function tokenRoutesAt(router: Router<BrowserState>, { knex, config }: AccountServices, self: string): void {
  const base = self.endsWith('/') ? self : `${self}/`;

  router.get(self, (ctx) => show(ctx, { wish: noWish }));

  router.post(self, async (ctx) => {
    const person = personOf(ctx);
    const wish = readWish(ctx.state.form);
    const errors = wrongWith(wish, person);
    if (Object.keys(errors).length > 0) return show(ctx, { wish, errors }, 422);
    const token = {
      userId: person.id,
      name: wish.name,
      spelling: wish.spelling,
      scopes: wish.bound ? wish.scopes : null,
      expiresAt: endOf(wish.expires),
      addresses: networksOf(wish),
    };
    const { clear } = await knex.transaction(async (trx) => {
      const made = await makeApiToken(trx, token);
      const { name, scopes, expiresAt, addresses } = token;
      const facts = { name, user: person.id, expires_at: expiresAt, scopes, addresses };
      const changes = Object.fromEntries(Object.entries(facts).map(([field, value]) => [field, { new: value }]));
      await audit(trx, principalOf(ctx), { action: 'create', resource: 'token', objectId: made.id, changes });
      return made;
    });
    const example = exampleRequest(config.publicUrl, wish.spelling, clear);
    await show(ctx, { wish: noWish, made: { name: wish.name, clear, example } }, 201);
  });

  router.get(`${base}:id/revoke/`, async (ctx) => {
    const token = await own(ctx);
    showPage(ctx, 'confirm', {
      title: say('tokens.revoke-title', { name: token.name || token.redacted }),
      sentences: [say('tokens.revoke-about')],
      action: ctx.path,
      button: say('tokens.revoke-button'),
      back: self,
    });
  });

  router.post(`${base}:id/revoke/`, async (ctx) => {
    const { id } = await own(ctx);
    await knex.transaction(async (trx) => {
      if (!(await revokeApiToken(trx, { id, userId: personOf(ctx).id }))) return;
      await audit(trx, principalOf(ctx), { action: 'revoke', resource: 'token', objectId: id });
    });
    seeOther(ctx, `${self}?done=revoked`);
  });

  interface Shown {
    readonly wish: TokenWish;
    readonly errors?: Record<string, string>;
    readonly made?: { readonly name: string; readonly clear: string; readonly example: string };
  }

  async function show(ctx: BrowserContext, { wish, errors, made }: Shown, status = 200): Promise<void> {
    const person = personOf(ctx);
    const tokens = await tokensOf(person.id);
    const view = {
      self,
      base,
      standalone: self === '/api_tokens',
      done: ctx.query.done === 'revoked' ? say('tokens.revoked') : null,
      made,
      errors,
      values: wish,
      spellings: spellings(),
      grid: scopeGrid(scopesWorthOffering(person), new Set(wish.scopes)),
      today: new Date().toISOString().slice(0, 10),
      tokens: tokens.map((token) => ({
        id: token.id,
        name: token.name,
        redacted: token.redacted.replace(/\*+/, '…'),
        permits: token.scopes ? sentencesOf(token.scopes) : [say('tokens.everything')],
        lastUsed: moment(token.last_used_at, config.timeZone),
        lastAddress: token.last_used_address,
        addresses: token.addresses,
        expires: moment(token.expires_at, config.timeZone),
        expired: token.expires_at !== null && token.expires_at.getTime() <= Date.now(),
      })),
    };
    showPage(ctx, 'tokens', view, status);
  }

  function tokensOf(userId: number): Promise<Listed[]> {
    return knex('api_tokens')
      .where({ user_id: userId, revoked_at: null })
      .orderBy('id', 'desc')
      .select<Listed[]>(
        'id',
        'name',
        'redacted',
        'scopes',
        'expires_at',
        'last_used_at',
        'addresses',
        knex.raw('host(last_used_address) AS last_used_address'),
      );
  }

  /** Others' tokens are not found, like those that do not exist. */
  async function own(ctx: BrowserContext & { params: Record<string, string> }): Promise<Listed> {
    const { id = '' } = ctx.params;
    const token =
      /^[1-9]\d{0,8}$/.test(id) && (await tokensOf(personOf(ctx).id)).find((each) => each.id === Number(id));
    if (!token) throw notFound();
    return token;
  }
}

const headers: Readonly<Record<Spelling, string>> = {
  qore: 'Authorization: Bearer ',
  inventree: 'Authorization: Token ',
  atrocore: 'Authorization-Token: ',
};

function exampleRequest(publicUrl: string, spelling: Spelling, clear: string): string {
  return `curl -H '${headers[spelling]}${clear}' ${publicUrl}/api/user/me/`;
}
