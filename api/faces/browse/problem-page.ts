import type { Context } from 'koa';
import { type Key, say } from '../../messages/say.ts';
import type { Target } from '../rest/locate.ts';
import { accessAt, describedPath } from './access-view.ts';
import type { Browsing } from './browsing.ts';
import { prettyJson } from './words.ts';

const titles: Readonly<Record<number, Key>> = {
  400: 'problem.400',
  401: 'problem.401',
  403: 'problem.403',
  404: 'problem.404',
  405: 'problem.405',
  409: 'problem.409',
  413: 'problem.413',
  429: 'problem.429',
  500: 'problem.500',
  503: 'problem.503',
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
        label: say('problem.go-back'),
      }
    : { href: '/', label: say('browse.start-page') };
  const { status } = ctx;
  // The API’s own words are for programs, which forgot something; people here have not begun yet.
  const nobody = status === 401 && !ctx.get('Authorization');
  show(
    ctx,
    'problem',
    {
      title: say(titles[status] ?? 'problem.other'),
      status,
      sentences: nobody ? [say('problem.signed-in-only')] : sentencesOf(text),
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
