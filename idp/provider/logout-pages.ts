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

/** Where people end who were not sent back to an application; those who chose to stay are at their account. */
export function postLogoutSuccessSource(ctx: KoaContextWithOIDC): void {
  if ((ctx.state as { person?: unknown }).person) {
    ctx.redirect('/accounts/');
    ctx.status = 303;
    return;
  }
  const { client } = ctx.oidc;
  showPage(ctx, 'logout-done', { application: client ? { name: client.clientName ?? client.clientId } : null });
}
