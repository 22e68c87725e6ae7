import type { Context } from 'koa';
import { dpopAlgs } from '../../shared/identity/dpop-proof.ts';
import { sendProblem } from '../dialect.ts';

/** Path of the document that says which issuer's tokens open the API (RFC 9728 §3.1, for the resource `/api/`). */
export const resourceMetadataPath = '/.well-known/oauth-protected-resource/api/';

interface BearerError {
  readonly error: 'invalid_token' | 'insufficient_scope';
  readonly description: string;
  /** A scope that would do. */
  readonly scope?: string;
}

/** A `Bearer` challenge (RFC 6750 §3, RFC 9728 §5.1). An error is named only when a token was sent. */
export function bearerChallenge(publicUrl: string, failed?: BearerError): string {
  const parameters = {
    ...(failed && { error: failed.error, error_description: failed.description }),
    ...(failed?.scope && { scope: failed.scope }),
    resource_metadata: `${publicUrl}${resourceMetadataPath}`,
  };
  return `Bearer ${inQuotes(parameters)}`;
}

interface DpopError {
  readonly error: 'invalid_token' | 'invalid_dpop_proof';
  readonly description: string;
}

/** A `DPoP` challenge (RFC 9449 §7.1), for tokens that are bound to a key. */
export function dpopChallenge(publicUrl: string, { error, description }: DpopError): string {
  return `DPoP ${inQuotes({
    error,
    error_description: description,
    algs: dpopAlgs.join(' '),
    resource_metadata: `${publicUrl}${resourceMetadataPath}`,
  })}`;
}

const inQuotes = (parameters: Readonly<Record<string, string>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}="${value.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "'")}"`)
    .join(', ');

/**
 * Answers 401 to a request without credentials, naming what would do. `Basic` is left out for browsers: it would pop
 * up their own dialog over a page that has a sign-in link.
 */
export function sendUnauthenticated(ctx: Context, publicUrl: string): void {
  const browser = ctx.get('Sec-Fetch-Site') !== '' || ctx.get('X-Requested-With') !== '' || asksForPages(ctx);
  ctx.set('WWW-Authenticate', [bearerChallenge(publicUrl), ...(browser ? [] : ['Basic realm="api"']), 'Token']);
  sendProblem(ctx, 401, 'Authentication credentials were not provided.');
}

/** Answers 403; a bearer token that lacks a scope is told one that would do. */
export function sendForbidden(
  ctx: Context,
  publicUrl: string,
  { message, scopes }: { message: string; scopes: readonly string[] | null },
): void {
  if (scopes && ctx.state.principal?.proof === 'bearer') {
    const scope = scopes[0];
    const failed = { error: 'insufficient_scope', description: message, ...(scope && { scope }) } as const;
    ctx.set('WWW-Authenticate', bearerChallenge(publicUrl, failed));
  }
  sendProblem(ctx, 403, message);
}

const asksForPages = (ctx: Context): boolean => ctx.get('Accept').includes('text/html');
