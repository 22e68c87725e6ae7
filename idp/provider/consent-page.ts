import type { Client, Interaction } from 'oidc-provider';
import type { Person } from '../../shared/access/principal.ts';
import { logoPath } from '../applications/logos.ts';
import { showPage } from '../pages/pages.ts';
import type { BrowserContext } from '../sign-in/state.ts';
import { askedScopes } from './consent.ts';

/** Asks a person whether an application may act for them: who asks, for what, and what their roles will not allow anyway. */
export function showConsent(
  ctx: BrowserContext,
  {
    interaction,
    client,
    person,
    lasts,
  }: { interaction: Interaction; client: Client; person: Person /** For how long, in words. */; lasts: string },
): void {
  const redirectUri = interaction.params.redirect_uri;
  showPage(ctx, 'consent', {
    action: ctx.path,
    csrf: ctx.state.csrf,
    application: {
      name: client.clientName ?? client.clientId,
      description: client.description ?? '',
      clientId: client.clientId,
      selfRegistered: client.self_registered === true,
      logo: client.has_logo ? logoPath(client.clientId) : null,
      homepage: typeof redirectUri === 'string' ? placeOf(redirectUri) : null,
    },
    person: { username: person.username, name: `${person.firstName} ${person.lastName}`.trim() },
    scopes: askedScopes(scopesOf(interaction), person),
    lasts,
    manageUrl: '/accounts/applications/',
  });
}

/** Where a redirect URI leads, for people: its host, or the scheme of an installed application. */
function placeOf(redirectUri: string): string {
  const url = URL.parse(redirectUri);
  return url?.host || (url?.protocol ?? '');
}

/** The scopes that an interaction is about. */
export const scopesOf = ({ params }: Interaction): string[] =>
  String(params.scope ?? '')
    .split(' ')
    .filter(Boolean);
