import type { Middleware } from 'koa';
import type { Services } from '../../../shared/services.ts';
import { dialectOf, sendProblem } from '../../dialect.ts';
import { answerBy, type Endpoint, endpointTable } from '../../me/endpoint.ts';

/** The entity face, in AtroCore's conventions: finds the operation that a request means and answers it. */
export function entityFace(services: Services, endpoints: readonly Endpoint[]): Middleware {
  const table = endpointTable(endpoints);
  return (ctx, next) => {
    if (dialectOf(ctx.path) !== 'entity') return next();
    ctx.set('Vary', 'Accept, Authorization, Authorization-Token, Espo-Authorization, Cookie');
    const found = table.find(ctx.path);
    if (!found) return sendProblem(ctx, 404, 'There is nothing at this path.');
    return answerBy(ctx, services, found.value, found.parameters);
  };
}
