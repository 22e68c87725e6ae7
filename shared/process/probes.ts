import type { RequestListener, ServerResponse } from 'node:http';
import type { Services } from '../services.ts';
import { openMetrics } from './metrics.ts';
import type { Place } from './place.ts';

/** Longest wait for the database's answer before this process calls itself not ready; milliseconds. */
const patience = 2000;

/**
 * Puts the operator's endpoints before a service: `/healthz` (the process lives), `/readyz` (it can do its job) and
 * `/metrics` (Prometheus). They need no session and no database work of the service itself.
 */
export function withProbes(services: Services, service: RequestListener, place: Place | null = null): RequestListener {
  const metrics = openMetrics(services, place);
  return async (request, response) => {
    const path = request.url?.split('?')[0];
    switch (path) {
      case '/healthz':
        return sendJson(response, 200, { status: 'alive' });
      case '/readyz': {
        const missing = await whatIsMissing(services);
        return sendJson(response, missing.length ? 503 : 200, {
          status: missing.length ? 'not ready' : 'ready',
          missing,
          ...replicaOf(services),
        });
      }
      case '/metrics':
        return metrics.answer(request, response);
      default:
        metrics.observe(request, response);
        return service(request, response);
    }
  };
}

async function whatIsMissing({ pool, events }: Services): Promise<string[]> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(reject, patience, new Error('late'));
  const database = await Promise.race([pool.query('SELECT 1'), late]).then(
    () => true,
    () => false,
  );
  clearTimeout(timer);
  return [...(database ? [] : ['database']), ...(events.isDeaf() ? ['events'] : [])];
}

/** A replica that is behind or away is missed by nobody: the primary does its work. */
function replicaOf({ reads }: Services): object {
  const report = reads.report();
  return report ? { replica: { state: report.state, lag_seconds: report.lagSeconds } } : {};
}

/** Answers JSON that nobody may keep. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
