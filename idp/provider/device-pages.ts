import type Koa from 'koa';
import type { Client, ErrorOut, KoaContextWithOIDC, UnknownObject } from 'oidc-provider';
import type { Person } from '../../shared/access/principal.ts';
import { type Key, say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { signInPath } from '../sign-in/return-path.ts';
import { askedScopes } from './consent.ts';
import { mountPath, routes } from './paths.ts';
import { formOf, replaceForm } from './plain-requests.ts';

/** What is said about a code that was typed in, by the name of the library's error. */
const refusals: Readonly<Record<string, Key>> = {
  NotFoundError: 'device.no-such-code',
  ExpiredError: 'device.expired',
  AlreadyUsedError: 'device.used',
  NoCodeError: 'device.no-code',
  InvalidRequest: 'device.once-more',
};

/** Asks for the code that a device shows (RFC 8628 §3.3); says so when that was denied. */
export function userCodeInputSource(ctx: KoaContextWithOIDC, _form: string, out?: ErrorOut, error?: Error): void {
  if (error?.name === 'AbortedError') {
    showPage(ctx, 'device-done', { denied: true });
    return;
  }
  const { user_code: typed } = ctx.oidc.params ?? {};
  showPage(ctx, 'device-code', {
    action: ctx.oidc.urlFor('code_verification'),
    csrf: xsrfOf(ctx),
    userCode: typeof typed === 'string' ? typed : '',
    error: error ? refusalOf(error, out) : null,
  });
}

function refusalOf({ name }: Error, out?: ErrorOut): string {
  const key = refusals[name];
  return key ? say(key) : (out?.error_description ?? say('device.unusable'));
}

/**
 * Asks whether the device with this code may be let in. This is the consent page of the device flow.
 * @param lasts for how long, in words
 */
export const confirmDevice =
  (lasts: (client: Client) => string) =>
  (ctx: KoaContextWithOIDC, _form: string, client: Client, device: UnknownObject, userCode: string): void => {
    const { person } = ctx.state as { person: Person };
    const { scope } = ctx.oidc.deviceCode?.params ?? {};
    const scopes = typeof scope === 'string' ? scope.split(' ') : [];
    showPage(ctx, 'device-confirm', {
      action: ctx.oidc.urlFor('code_verification'),
      csrf: xsrfOf(ctx),
      userCode,
      application: {
        name: client.clientName ?? client.clientId,
        description: client.description ?? '',
        selfRegistered: client.self_registered === true,
      },
      person: { username: person.username, name: `${person.firstName} ${person.lastName}`.trim() },
      scopes: askedScopes(scopes, person),
      device: { address: device.ip, agent: device.ua },
      lasts: lasts(client),
    });
  };

export function successSource(ctx: KoaContextWithOIDC): void {
  showPage(ctx, 'device-done', { application: { name: ctx.oidc.client?.clientName ?? '' } });
}

/** What the confirmation tells about the device that asked. */
export const deviceInfo = (ctx: KoaContextWithOIDC): UnknownObject => ({
  ip: ctx.ip,
  ua: ctx.get('user-agent').slice(0, 200),
});

/**
 * Before the provider: lets only people type codes in who are signed in, and spells the answers of our forms (`csrf`,
 * `decision`) as the library does.
 */
export function deviceForms(): Koa.Middleware {
  return (ctx, next) => {
    if (!ctx.path.startsWith(routes.code_verification)) return next();
    if (!(ctx.state as { person?: Person | null }).person) {
      ctx.redirect(signInPath(ctx.method === 'GET' ? ctx.originalUrl : mountPath + routes.code_verification));
      ctx.status = 303;
      return;
    }
    const form = formOf(ctx);
    if (form) {
      const { csrf, decision, ...rest } = form;
      const answer = decision === 'allow' ? { confirm: 'yes' } : decision === 'deny' ? { abort: 'yes' } : {};
      replaceForm(ctx, { xsrf: csrf, ...rest, ...answer });
    }
    return next();
  };
}

function xsrfOf(ctx: KoaContextWithOIDC): string {
  const state = ctx.oidc.session?.state as { secret?: string } | undefined;
  return state?.secret ?? '';
}
