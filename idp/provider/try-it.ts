import type Koa from 'koa';
import type { AdapterPayload } from 'oidc-provider';

/** Where the page that tries an application out takes its code. */
export const tryItUri = (publicUrl: string): string => `${publicUrl}/o/applications/try/`;

/**
 * Lets a superuser's browser come back to the page that tries applications out, whichever one it is. For everybody else
 * there are only the redirect URIs that were registered.
 */
export function withTryItUri(
  client: AdapterPayload | undefined,
  publicUrl: string,
  ctx: Koa.Context | undefined,
): AdapterPayload | undefined {
  const person = ctx?.state.person as { isSuperuser?: boolean } | null | undefined;
  if (!client?.response_types?.includes('code') || !person?.isSuperuser) return client;
  return { ...client, redirect_uris: [...(client.redirect_uris ?? []), tryItUri(publicUrl)] };
}
