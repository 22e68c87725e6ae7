import type { Context } from 'koa';
import type { Principal } from '../shared/access/principal.ts';
import { csrfToken, formSecretOf, sessionCookie } from '../shared/identity/sessions.ts';
import { moment } from '../shared/pages/moment.ts';
import { addressOf, tellLanguage } from '../shared/pages/page-language.ts';
import { securePage } from '../shared/pages/page-security.ts';
import { pagesIn } from '../shared/pages/pages.ts';
import type { Services } from '../shared/services.ts';
import { speaker } from './messages/say.ts';

/** Answers a request with one of a folder's templates as a page. */
export type ShowPage = (ctx: Context, template: string, view: object, status?: number) => void;

/** Makes what answers with the templates of `folder`: in the product's frame, with the headers that pages have. */
export function pageShower({ config }: Services, folder: string): ShowPage {
  const render = pagesIn(folder, speaker);
  return (ctx, template, view, status = 200) => {
    const principal: Principal | undefined = ctx.state.principal;
    securePage(ctx);
    ctx.set('Cross-Origin-Resource-Policy', 'same-origin');
    ctx.vary('Accept');
    tellLanguage(ctx);
    ctx.status = status;
    ctx.set('Content-Type', 'text/html; charset=utf-8');
    ctx.body = render(template, view, {
      instanceName: config.instanceName,
      // Signing out is for sessions alone.
      person: principal?.proof === 'session' ? principal.person : null,
      csrf: csrfOf(ctx, config.secretKey),
      standIn: principal?.standIn ? { end: moment(principal.standIn.until, config.timeZone) } : null,
      path: ctx.path,
      address: addressOf(ctx),
    });
  };
}

/** The token that forms of this browser's session carry; empty without one. */
export function csrfOf(ctx: Context, secretKey: string): string {
  const cookie = ctx.cookies.get(sessionCookie, { signed: false });
  const principal: Principal | undefined = ctx.state.principal;
  if (!cookie || principal?.proof !== 'session') return '';
  return csrfToken(secretKey, formSecretOf(cookie, principal.standIn ? (principal.person?.id ?? null) : null));
}

/** Whether a browser wants to show the answer to somebody: it prefers HTML, and nothing in the address says otherwise. */
export function wantsPage(ctx: Context): boolean {
  // Nearly every request of a program ends here.
  if (!ctx.get('Accept').includes('text/html')) return false;
  if (ctx.path.endsWith('.json') || ctx.path.endsWith('.yaml') || ctx.get('X-Requested-With')) return false;
  const format = ctx.query.format;
  if (format !== undefined && format !== 'html' && format !== 'api') return false;
  return ctx.accepts('application/json', 'text/html') === 'text/html';
}
