import { join } from 'node:path';
import type { Context, Middleware } from 'koa';
import type { Services } from '../../../shared/services.ts';
import { pageShower } from '../../page.ts';
import type { DescribedApi } from '../../schema/describe-api.ts';
import type { Store } from '../../store/store.ts';
import { locator } from '../rest/locate.ts';
import type { Spelled } from '../rest/spelling.ts';
import type { Browsing } from './browsing.ts';
import { dressAnswers } from './dress.ts';
import { showHome } from './home-page.ts';
import { readForms } from './read-forms.ts';
import { searchPath, showSearch } from './search-page.ts';

/** The pages of the API, in the order in which a request meets them. */
export interface BrowseFace {
  /** Stands before all that answers: puts pages in place of JSON, failures included. */
  readonly dress: Middleware;
  /** Stands between authentication and the REST face: turns forms into requests. */
  readonly forms: Middleware;
  /** The start page, and the search of everything. */
  readonly fronts: Middleware;
}

/** What lets people use the API with nothing but a browser, in terms of the REST face. */
export function browseFace(
  services: Services,
  store: Store,
  spellings: ReadonlyMap<string, Spelled>,
  described: Pick<DescribedApi, 'document'>,
): BrowseFace {
  const show = pageShower(services, join(import.meta.dirname, 'templates'));
  const browsing: Browsing = {
    services,
    store,
    show,
    locate: locator(spellings),
    get document() {
      return described.document;
    },
  };
  return {
    dress: dressAnswers(browsing),
    forms: readForms(browsing),
    fronts: (ctx, next) => {
      if (asksFor(ctx, '/')) return showHome(browsing, spellings, ctx);
      return asksFor(ctx, searchPath) ? showSearch(browsing, ctx) : next();
    },
  };
}

const asksFor = ({ path, method }: Context, page: string): boolean =>
  path === page && (method === 'GET' || method === 'HEAD');
