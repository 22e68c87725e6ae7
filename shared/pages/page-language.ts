import type Koa from 'koa';
import {
  currentLanguage,
  defaultLanguage,
  firstSpoken,
  inLanguage,
  isLanguage,
  type Language,
  languageCodes,
} from '../messages/language.ts';

/** What somebody chose on a page, until they choose again. */
const choiceCookie = 'qm_language';
/** What the application that sent somebody here asked for (`ui_locales`), until they are through with it. */
const askedCookie = 'qm_ui_locales';

const flags = { httpOnly: true, sameSite: 'lax', path: '/', signed: false, overwrite: true } as const;
const hour = 3_600_000;
const year = 365 * 24 * hour;

/**
 * The language to answer a request for a page in: the one that its application asked for, that was chosen on a page,
 * that the browser prefers (RFC 9110 §12.5.4), else the default.
 */
export function languageOf(ctx: Koa.Context): Language {
  const kept = [askedCookie, choiceCookie].map((name) => ctx.cookies.get(name, { signed: false }));
  const preferred = ctx.acceptsLanguages(languageCodes) || null;
  return [uiLocalesIn(ctx), ...kept, preferred].find(isLanguage) ?? defaultLanguage;
}

/** `ui_locales` of the request itself (OpenID Connect Core §3.1.2.1): tags parted by blanks, the most wanted first. */
const uiLocalesIn = (ctx: Koa.Context) => spokenOf(ctx.query.ui_locales);
const spokenOf = (uiLocales: unknown) =>
  typeof uiLocales === 'string' ? firstSpoken(uiLocales.slice(0, 500).split(' ')) : null;

/** Answers everything after it in the language of {@link languageOf}. */
export function inTheirLanguage(): Koa.Middleware {
  return (ctx, next) => inLanguage(languageOf(ctx), next);
}

/** Keeps what the address of a request asks for, for the pages that follow. */
export function keepUiLocales(): Koa.Middleware {
  return (ctx, next) => {
    if (ctx.query.ui_locales !== undefined) keepAsked(ctx, ctx.query.ui_locales);
    return next();
  };
}

/** Keeps the `ui_locales` that an authorization request carried, however it came; one without any ends those of before. */
export function keepAsked(ctx: Koa.Context, uiLocales: unknown): void {
  const language = spokenOf(uiLocales);
  if (language || ctx.cookies.get(askedCookie, { signed: false })) {
    ctx.cookies.set(askedCookie, language, { ...flags, maxAge: hour });
  }
}

/** Keeps what somebody chose; it counts for more than what an application asked for before. */
export function keepChoice(ctx: Koa.Context, language: Language): void {
  ctx.cookies.set(choiceCookie, language, { ...flags, maxAge: year });
  if (ctx.cookies.get(askedCookie, { signed: false })) ctx.cookies.set(askedCookie, null, flags);
}

/** Says which language a page is in, and what that depended on. */
export function tellLanguage(ctx: Koa.Context): void {
  ctx.set('Content-Language', currentLanguage());
  ctx.vary('Accept-Language');
  ctx.vary('Cookie');
}

/**
 * The address that shows the page of a request again, for whoever chooses another language there.
 * @param next where the page leads afterwards, when it is the answer to a form that carried it
 */
export function addressOf(ctx: Koa.Context, next?: unknown): string {
  if (ctx.method !== 'POST') return ctx.originalUrl;
  const path = ctx.originalUrl.split('?', 1)[0] ?? '/';
  return typeof next === 'string' ? `${path}?next=${encodeURIComponent(next)}` : path;
}
