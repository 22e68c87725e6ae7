import type { Context, Middleware } from 'koa';
import type { Services } from '../../../shared/services.ts';
import { dialectOf, sendProblem } from '../../dialect.ts';
import { answer, type Endpoint } from '../../me/endpoint.ts';
import { sendMethodNotAllowed } from '../../me/refused.ts';

type Methods = ReadonlyMap<string, Endpoint>;

/**
 * The entity face, in AtroCore's conventions: finds the operation that a request means and answers it. Only ids vary in
 * paths, so two look-ups do, whatever the number of operations.
 */
export function entityFace(services: Services, endpoints: readonly Endpoint[]): Middleware {
  const paths = byPath(endpoints);
  return async (ctx, next) => {
    if (dialectOf(ctx.path) !== 'entity') return next();
    ctx.set('Vary', 'Accept, Authorization, Authorization-Token, Espo-Authorization, Cookie');
    const found = find(paths, ctx.path);
    if (!found) return sendProblem(ctx, 404, 'There is nothing at this path.');
    const [methods, id] = found;
    const endpoint = methods.get(ctx.method === 'HEAD' ? 'GET' : ctx.method);
    if (!endpoint) return sendMethodNotAllowed(ctx, [...methods.keys()]);
    (ctx as Context & { params: object }).params = id === null ? {} : { id };
    return answer(ctx, services, endpoint);
  };
}

const plain = (path: string): string => path.replace(/\/$/, '');

function byPath(endpoints: readonly Endpoint[]): ReadonlyMap<string, Methods> {
  const paths = new Map<string, Map<string, Endpoint>>();
  for (const endpoint of endpoints) {
    for (const path of [endpoint.path, ...(endpoint.also ?? [])].map(plain)) {
      const methods = paths.get(path) ?? new Map<string, Endpoint>();
      paths.set(path, methods.set(endpoint.method.toUpperCase(), endpoint));
    }
  }
  return paths;
}

/** `/api/v1/Host/7/rack` is `/api/v1/Host/{id}/rack`, unless a path of that very spelling is there. */
function find(paths: ReadonlyMap<string, Methods>, asked: string): [Methods, id: string | null] | null {
  const path = plain(asked);
  const exact = paths.get(path);
  if (exact) return [exact, null];
  const [, before = '', id = '', after = ''] = /^(\/api\/v1\/[A-Za-z0-9]+\/)([^/]+)(\/[^/]+)?$/.exec(path) ?? [];
  const methods = paths.get(`${before}{id}${after}`);
  return methods ? [methods, id] : null;
}
