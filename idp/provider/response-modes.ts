import type Koa from 'koa';
import type { AdapterPayload } from 'oidc-provider';
import { formOf } from './plain-requests.ts';

/**
 * Lets a plain request for something else than a code be refused for that (`unsupported_response_type`), and not for the
 * way in which its answer would come: the library looks at the way first. A signed or pushed request says by itself what
 * it is for.
 */
export function modesOfItsType(client: AdapterPayload | undefined, ctx: Koa.Context | undefined) {
  if (!client || !ctx) return client;
  const { response_type: type, request, request_uri: uri } = { ...ctx.query, ...formOf(ctx) };
  const isForOther = typeof type === 'string' && type !== 'code' && request === undefined && uri === undefined;
  const { response_modes: _, ...anyMode } = client;
  return isForOther ? anyMode : client;
}
