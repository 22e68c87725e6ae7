import type Router from '@koa/router';
import { loadPerson } from '../../shared/access/load-person.ts';
import { scopesWorthOffering } from '../../shared/access/scopes-of-person.ts';
import { moment } from '../../shared/pages/moment.ts';
import { findTokens, makeTokenFor, revokeToken } from '../../shared/people/tokens.ts';
import { endOf, networksOf, noWish, readWish, spellings, type TokenWish, wrongWith } from '../account/token-wish.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { notFound, Problem } from '../pages/problems.ts';
import { scopeGrid, sentencesOf } from '../pages/scope-grid.ts';
import { seeOther } from '../pages/see-other.ts';
import { type BrowserState, principalOf } from '../sign-in/state.ts';
import { numberIn, pageOf, personIn, searchOf, type WithParams } from './found.ts';
import type { AdminServices } from './router.ts';

const home = '/admin/tokens/';
/** Tokens on one page of the list. */
const pageSize = 50;

/** `/admin/tokens/`: everybody's API tokens; one for a person is made at their page. */
export function tokenRoutes(router: Router<BrowserState>, { knex, config }: AdminServices): void {
  const at = (when: Date | null) => moment(when, config.timeZone);

  router.get(home, async (ctx) => {
    const search = searchOf(ctx);
    const page = pageOf(ctx);
    const user = /^[1-9]\d{0,8}$/.test(String(ctx.query.user)) ? Number(ctx.query.user) : undefined;
    const found = await findTokens(knex, { search, userId: user, limit: pageSize, offset: (page - 1) * pageSize });
    showPage(ctx, 'admin-tokens', {
      search,
      page,
      user,
      more: found.more,
      done: ctx.query.done === 'revoked' ? say('tokens.revoked') : null,
      tokens: found.tokens.map((token) => ({
        ...token,
        redacted: token.redacted.replace(/\*+/, '…'),
        permits: token.scopes ? sentencesOf(token.scopes) : [say('tokens.everything-they')],
        lastUsed: at(token.last_used_at),
        expires: at(token.expires_at),
      })),
    });
  });

  router.get(`${home}:id/revoke/`, async (ctx) => {
    const token = await tokenIn(ctx);
    showPage(ctx, 'confirm', {
      title: say('tokens.revoke-of-title', { name: token.name || token.redacted, person: token.username }),
      sentences: [say('tokens.revoke-about')],
      action: ctx.path,
      button: say('tokens.revoke-button'),
      back: home,
    });
  });

  router.post(`${home}:id/revoke/`, async (ctx) => {
    const { id } = await tokenIn(ctx);
    await revokeToken(knex, principalOf(ctx), id);
    seeOther(ctx, `${home}?done=revoked`);
  });

  router.get('/admin/people/:id/tokens/', (ctx) => showForm(ctx, { wish: noWish }));

  router.post('/admin/people/:id/tokens/', async (ctx) => {
    const person = await ownerIn(ctx);
    const wish = readWish(ctx.state.form);
    const errors = wrongWith(wish, person);
    if (Object.keys(errors).length > 0) return showForm(ctx, { wish, errors }, 422);
    const clear = await makeTokenFor(knex, principalOf(ctx), {
      userId: person.id,
      name: wish.name,
      spelling: wish.spelling,
      scopes: wish.bound ? wish.scopes : null,
      expiresAt: endOf(wish.expires),
      addresses: networksOf(wish),
    });
    await showForm(ctx, { wish: noWish, made: { name: wish.name, clear } }, 201);
  });

  interface Shown {
    readonly wish: TokenWish;
    readonly errors?: Record<string, string>;
    readonly made?: { readonly name: string; readonly clear: string };
  }

  async function showForm(ctx: WithParams, { wish, errors, made }: Shown, status = 200): Promise<void> {
    const person = await ownerIn(ctx);
    const view = {
      person,
      made,
      errors,
      values: wish,
      spellings: spellings(),
      grid: scopeGrid(scopesWorthOffering(person), new Set(wish.scopes)),
      today: new Date().toISOString().slice(0, 10),
    };
    showPage(ctx, 'admin-token-form', view, status);
  }

  async function ownerIn(ctx: WithParams) {
    const { id, is_active } = await personIn(ctx, knex);
    const person = await loadPerson(knex, { id });
    if (!person) throw notFound();
    if (!is_active) throw new Problem(409, say('tokens.not-as-things-stand'), say('tokens.disabled-gets-none'));
    return person;
  }

  async function tokenIn(ctx: WithParams) {
    const { tokens } = await findTokens(knex, { id: numberIn(ctx), search: '', limit: 1, offset: 0 });
    const [token] = tokens;
    if (!token) throw notFound();
    return token;
  }
}
