import type { Context, Middleware, Next } from 'koa';
import { anonymous } from '../../../shared/access/principal.ts';
import { inLanguage } from '../../../shared/messages/language.ts';
import { languageOf } from '../../../shared/pages/page-language.ts';
import { titlesOf } from '../../messages/declared.ts';
import { say } from '../../messages/say.ts';
import { wantsPage } from '../../page.ts';
import type { Target } from '../rest/locate.ts';
import { accessAt, describedPath } from './access-view.ts';
import type { Browsing } from './browsing.ts';
import { wasPrefix } from './form-values.ts';
import { rowForm } from './form-view.ts';
import { Labels } from './labels.ts';
import { showList } from './list-page.ts';
import { showProblem } from './problem-page.ts';
import type { SentForm } from './read-forms.ts';
import { showRoot } from './root-page.ts';
import { showRow } from './row-page.ts';
import { prettyJson } from './words.ts';

/**
 * Gives browsers a page in place of JSON, whatever answered: the page shows the very answer that a program would have
 * got, in words and underneath as it is. Stands before everything that answers.
 */
export function dressAnswers(browsing: Browsing): Middleware {
  return (ctx, next) => (wantsPage(ctx) ? inLanguage(languageOf(ctx), () => dressed(ctx, next)) : next());

  async function dressed(ctx: Context, next: Next): Promise<void> {
    ctx.state.done = ctx.query.done;
    await next();
    if (ctx.response.type !== 'application/json' || typeof ctx.body !== 'string') return;
    ctx.state.principal ??= anonymous(ctx.ip || null);
    await dress(browsing, ctx, ctx.body);
  }
}

async function dress(browsing: Browsing, ctx: Context, text: string): Promise<void> {
  const target = browsing.locate(ctx.path);
  const { status } = ctx;
  if (status >= 400) {
    const form: SentForm | undefined = ctx.state.form;
    if (target && form && isRefusedRow(target, form, status)) return showFormAgain(browsing, ctx, target, form, text);
    return showProblem(browsing, ctx, target, text);
  }
  if (target && target.action === null && ctx.method !== 'OPTIONS') {
    return target.id === null ? showList(browsing, ctx, target, text) : showRow(browsing, ctx, target, text);
  }
  if (ctx.path === '/api/' || ctx.path === '/api') return showRoot(browsing, ctx, text);
  return showAnswer(browsing, ctx, text);
}

/** A row that was not taken is shown again, with what was typed; other troubles have a page of their own. */
const isRefusedRow = ({ action }: Target, { method }: SentForm, status: number): boolean =>
  action === null && (status === 400 || status === 409) && method !== 'DELETE';

async function showFormAgain(
  { services, store, show }: Browsing,
  ctx: Context,
  { spelled, id }: Target,
  { typed, method }: SentForm,
  text: string,
): Promise<void> {
  const answer = JSON.parse(text) as Record<string, unknown>;
  const errors = Object.fromEntries(Object.entries(answer).map(([name, texts]) => [name, [texts].flat().map(String)]));
  const { principal } = ctx.state;
  const labels = new Labels(store, principal);
  const { resource, listPath } = spelled;
  const { inSentence: one, many } = titlesOf(resource);
  const label = id === null ? null : (await labels.of(resource, [id])).get(id);
  // What the form showed at first is among what it sent.
  const was = Object.fromEntries(spelled.keys.map(({ key }) => [key, typed[wasPrefix + key]]));
  const changing = id === null ? { row: null } : { row: {}, was };
  const facts = { spelled, labels, person: principal.person, config: services.config };
  const status = ctx.status;
  show(
    ctx,
    'form-again',
    {
      title:
        id === null
          ? say('browse.new', { what: one })
          : say('browse.change-this', { what: label ?? say('browse.number-of', { number: String(id) }) }),
      one,
      many,
      listPath,
      path: ctx.path,
      method,
      form: await rowForm({ ...facts, ...changing, typed, errors }),
    },
    status,
  );
}

/** Any other answer of the API: its JSON, with the words of the API pages. */
function showAnswer({ document, show }: Browsing, ctx: Context, text: string): void {
  const path = describedPath(document, ctx.path);
  const access = path ? accessAt(document, path) : [];
  const [asked] = access.filter(({ method }) => method === ctx.method);
  show(ctx, 'answer', {
    title: asked?.summary ?? ctx.path,
    access,
    json: prettyJson(text),
    request: `${ctx.method} ${ctx.path}${ctx.querystring ? `?${ctx.querystring}` : ''}`,
  });
}
