import { join } from 'node:path';
import type Koa from 'koa';
import { addressOf, tellLanguage } from '../../shared/pages/page-language.ts';
import { securePage } from '../../shared/pages/page-security.ts';
import { type Frame, pagesIn } from '../../shared/pages/pages.ts';
import { say, speaker } from '../messages/say.ts';

/** Prints a template of `idp/pages/templates` as a whole HTML document. */
export const renderPage = pagesIn(join(import.meta.dirname, 'templates'), speaker);

/** Pages whose form may end at an application's address, after redirects. */
const leadElsewhere = new Set(['sign-in', 'second-factor', 'consent', 'device-confirm', 'logout']);

/** What the frame of a page takes from the request; the session middleware put it there. */
function frameOf(ctx: Koa.Context, view: object): Partial<Frame> {
  const { instanceName, person, csrf, standIn } = ctx.state as Partial<Frame>;
  return {
    ...(instanceName && { instanceName }),
    person: person ?? null,
    csrf: csrf ?? '',
    standIn: standIn ?? null,
    path: ctx.path,
    address: addressOf(ctx, 'next' in view ? view.next : undefined),
  };
}

/** Answers a request with a page and the headers that pages have. */
export function showPage(ctx: Koa.Context, template: string, view: object = {}, status = 200): void {
  securePage(ctx, { leadsElsewhere: leadElsewhere.has(template) });
  tellLanguage(ctx);
  ctx.status = status;
  ctx.type = 'html';
  ctx.body = renderPage(template, view, frameOf(ctx, view));
}

/** Answers with a page that says what went wrong and what to do next. */
export function showProblem(
  ctx: Koa.Context,
  status: number,
  { title, text, link }: { title: string; text: string; link?: { href: string; label: string } },
): void {
  showPage(
    ctx,
    'problem',
    { status, title, text, link: link ?? { href: '/accounts/', label: say('words.your-account') } },
    status,
  );
}
