import Router from '@koa/router';
import { isLanguage } from '../../shared/messages/language.ts';
import { keepChoice } from '../../shared/pages/page-language.ts';
import { fromOurPages } from '../sign-in/form.ts';
import { returnPath } from '../sign-in/return-path.ts';
import type { BrowserState } from '../sign-in/state.ts';
import { notFound, problems } from './problems.ts';
import { seeOther } from './see-other.ts';

/**
 * `/accounts/language/:code/`: the choice at the foot of every page, also of those that the api answers. It leads back to
 * where it was made, and changes nothing but a cookie: so the browser's word is enough for where it comes from.
 */
export function languageRouter({ publicUrl }: { publicUrl: string }): Router<BrowserState> {
  const router = new Router<BrowserState>();
  router.post('/accounts/language/:code/', problems(), (ctx) => {
    const { code } = ctx.params;
    if (!isLanguage(code) || !fromOurPages(ctx, publicUrl)) throw notFound();
    keepChoice(ctx, code);
    seeOther(ctx, returnPath(String(ctx.query.next ?? '')));
  });
  return router;
}
