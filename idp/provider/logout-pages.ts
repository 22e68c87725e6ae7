import type { KoaContextWithOIDC } from 'oidc-provider';
import { showPage } from '../pages/pages.ts';

/** Asks whether to sign out, when an application sent the person here (OpenID Connect RP-Initiated Logout). */
export function logoutSource(ctx: KoaContextWithOIDC): void {
  const state = ctx.oidc.session?.state as { secret?: string } | undefined;
  showPage(ctx, 'logout', {
    action: ctx.oidc.urlFor('end_session_confirm'),
    xsrf: state?.secret ?? '',
    application: ctx.oidc.client ? { name: ctx.oidc.client.clientName ?? ctx.oidc.client.clientId } : null,
  });
}

/** Where people end who were not sent back to an application. */
export function postLogoutSuccessSource(ctx: KoaContextWithOIDC): void {
  ctx.redirect('/accounts/login/?signed_out');
  ctx.status = 303;
}
