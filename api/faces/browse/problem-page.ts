import type { Context } from 'koa';
import type { Target } from '../rest/locate.ts';
import { accessAt, describedPath } from './access-view.ts';
import type { Browsing } from './browsing.ts';
import { prettyJson } from './words.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'That does not fit',
  401: 'Sign in to see this',
  403: 'Not allowed',
  404: 'Nothing here',
  405: 'This can’t be done here',
  409: 'Not as things stand',
  413: 'Too large',
  429: 'Too many attempts',
  500: 'Something failed',
  503: 'Not available right now',
};

/** Shows what went wrong, who would be let through, and where to go next. */
export function showProblem({ document, show }: Browsing, ctx: Context, target: Target | null, text: string): void {
  const path = describedPath(document, ctx.path);
  const access = path ? accessAt(document, path) : [];
  const back = target
    ? {
        href:
          target.id === null
            ? '/api/'
            : ctx.method === 'DELETE' || target.action
              ? `${target.spelled.listPath}${target.id}/`
              : target.spelled.listPath,
        label: 'Go back',
      }
    : { href: '/', label: 'Start page' };
  const { status } = ctx;
  // The API’s own words are for programs, which forgot something; people here have not begun yet.
  const nobody = status === 401 && !ctx.get('Authorization');
  show(
    ctx,
    'problem',
    {
      title: titles[status] ?? 'That did not work',
      status,
      sentences: nobody ? ['Only people who are signed in get an answer here.'] : sentencesOf(text),
      signIn: status === 401 ? `/accounts/login/?next=${encodeURIComponent(ctx.originalUrl)}` : null,
      back,
      access: status === 401 || status === 403 ? access : [],
      json: prettyJson(text),
    },
    status,
  );
}

/** The texts of an answer: `detail`, `message`, or what is wrong by field. */
function sentencesOf(text: string): string[] {
  const answer = JSON.parse(text) as Record<string, unknown>;
  const { detail, message, url: _url, ...fields } = answer;
  if (typeof detail === 'string') return [detail];
  if (typeof message === 'string') return [message];
  return Object.entries(fields).flatMap(([name, texts]) =>
    [texts].flat().map((one) => (name === 'non_field_errors' ? String(one) : `${name}: ${one}`)),
  );
}
