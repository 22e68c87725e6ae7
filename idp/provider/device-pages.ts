import type { Client, ErrorOut, KoaContextWithOIDC, UnknownObject } from 'oidc-provider';
import type { Person } from '../../shared/access/principal.ts';
import { showPage } from '../pages/pages.ts';
import { askedScopes } from './consent.ts';

/** What is said about a code that was typed in, by the name of the library's error. */
const refusals: Readonly<Record<string, string>> = {
  NotFoundError: 'There is no such code. Check it on the device and type it again.',
  ExpiredError: 'This code has expired. Start again on the device to get another one.',
  AlreadyUsedError: 'This code was used before. Start again on the device to get another one.',
  AbortedError: 'The device was not let in.',
  NoCodeError: 'Type the code that the device shows.',
};

/** Asks for the code that a device shows (RFC 8628 §3.3). The form carries `user_code`, and `xsrf` for the provider. */
export function userCodeInputSource(ctx: KoaContextWithOIDC, _form: string, out?: ErrorOut, error?: Error): void {
  const { user_code: typed } = ctx.oidc.params ?? {};
  showPage(ctx, 'device-code', {
    action: ctx.oidc.urlFor('code_verification'),
    xsrf: xsrfOf(ctx),
    userCode: typeof typed === 'string' ? typed : '',
    error: error ? (refusals[error.name] ?? out?.error_description ?? 'The code could not be used.') : null,
    aborted: error?.name === 'AbortedError',
  });
}

/** Asks whether the device with this code may be let in: it sends `confirm` or `abort` beside `user_code` and `xsrf`. */
export function userCodeConfirmSource(
  ctx: KoaContextWithOIDC,
  _form: string,
  client: Client,
  device: UnknownObject,
  userCode: string,
): void {
  const person = (ctx.state as { person?: Person | null }).person ?? null;
  const { scope } = ctx.oidc.deviceCode?.params ?? {};
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  showPage(ctx, 'device-confirm', {
    action: ctx.oidc.urlFor('code_verification'),
    xsrf: xsrfOf(ctx),
    userCode,
    application: { name: client.clientName ?? client.clientId, description: client.description ?? '' },
    person: person && { username: person.username, name: `${person.firstName} ${person.lastName}`.trim() },
    scopes: person ? askedScopes(scopes, person) : [],
    device: { address: device.ip, agent: device.ua },
  });
}

export function successSource(ctx: KoaContextWithOIDC): void {
  showPage(ctx, 'device-done', { application: { name: ctx.oidc.client?.clientName ?? '' } });
}

/** What the confirmation tells about the device that asked. */
export const deviceInfo = (ctx: KoaContextWithOIDC): UnknownObject => ({
  ip: ctx.ip,
  ua: ctx.get('user-agent').slice(0, 200),
});

function xsrfOf(ctx: KoaContextWithOIDC): string {
  const state = ctx.oidc.session?.state as { secret?: string } | undefined;
  return state?.secret ?? '';
}
