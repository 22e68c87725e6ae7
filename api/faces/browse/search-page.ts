import type { Context } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import { titlesOf } from '../../messages/declared.ts';
import { say } from '../../messages/say.ts';
import { resources } from '../../resources/index.ts';
import { wordsOf } from '../../store/search.ts';
import { linkPathOf } from '../rest/spelling.ts';
import type { Browsing } from './browsing.ts';

/** Where the page is. */
export const searchPath = '/search/';

/** So many of each kind are shown; the rest is a list of its own. */
const few = 5;

/** So many letters of what was typed count. */
const mostLetters = 200;

const searched = resources.filter(({ rest }) => rest.length > 0);

/** Shows what of everything holds the words of `q`, kind by kind, that with the best find first. */
export async function showSearch({ store, show }: Browsing, ctx: Context): Promise<void> {
  const principal: Principal = ctx.state.principal;
  const [q = ''] = [ctx.query.q ?? []].flat();
  // No text of a row has control characters, and PostgreSQL refuses one of them.
  const typed = q
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, mostLetters);
  const words = wordsOf(typed);
  const found = await store.search(principal, words, { resources: searched, limit: few });
  const best = (hits: readonly { readonly rank: number }[]) => hits[0]?.rank ?? 0;
  const held = found[0]?.words ?? words;
  const kinds = found
    .toSorted((a, b) => best(b.hits) - best(a.hits))
    .map(({ resource, hits, count, countIsEstimate }) => {
      const { many } = titlesOf(resource);
      const list = linkPathOf(resource);
      const whole = { count, kind: many };
      return {
        name: resource.name,
        title: many,
        count: say(countIsEstimate ? 'search.about' : 'home.count', { count }),
        all: count > hits.length ? say(countIsEstimate ? 'search.all-about' : 'search.all', whole) : null,
        href: `${list}?${new URLSearchParams({ search: held.join(' ') })}`,
        hits: hits.map(({ id, label, description }) => ({
          href: `${list}${id}/`,
          label: label || say('browse.number-of', { number: String(id) }),
          description,
        })),
      };
    });
  show(ctx, 'search', {
    title: typed ? say('search.title-of', { words: typed }) : say('search.title'),
    sheets: ['api.css'],
    typed,
    mended: held.join(' ') === words.join(' ') ? null : held.join(' '),
    kinds,
    signIn: principal.person ? null : `/accounts/login/?${new URLSearchParams({ next: ctx.url })}`,
  });
}
