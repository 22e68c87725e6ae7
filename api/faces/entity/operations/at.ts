import type { Operation } from '../../../../shared/access/decide.ts';
import { type Call, type Endpoint, endpoint } from '../../../me/endpoint.ts';
import type { AnonymousRead } from '../../../store/operation.ts';
import { Store } from '../../../store/store.ts';
import type { Asking } from '../parse-list.ts';
import { objectOf, withKeys } from '../parse-record.ts';
import type { Entities, Entity } from '../spelling.ts';

export const base = '/api/v1';

/** One entity, and what its operations need to know. */
export interface Speaking {
  readonly entity: Entity;
  readonly entities: Entities;
  readonly anonymousRead: AnonymousRead;
}

/** A call with what every handler here uses. */
export interface EntityCall extends Call {
  readonly store: Store;
  readonly asking: Asking;
  /** The body, if it is an object. */
  readonly record: Readonly<Record<string, unknown>>;
}

type Declared = Pick<Endpoint, 'method' | 'summary' | 'description' | 'asks' | 'sends' | 'mayFail' | 'responses'> & {
  /** Below the entity's own path: `/{id}`. */
  readonly path: string;
  /** What it is called among the entity's operations. */
  readonly id: string;
  readonly operation: Operation;
  handle(call: EntityCall): ReturnType<Endpoint['handler']>;
};

/** Declares an operation of an entity, at each of its names. */
export function operationOf({ entity, entities }: Speaking, { path, id, handle, ...rest }: Declared): Endpoint {
  const [at = '', ...also] = entity.names.map((name) => `${base}/${name}${path}`);
  return endpoint({
    ...rest,
    path: at,
    also,
    operationId: `v1_${entity.name}_${id}`,
    tag: entity.name,
    handler: async (call) => {
      try {
        return await handle(entityCall(call, entities));
      } catch (error) {
        throw withKeys(entity, error);
      }
    },
  });
}

/** A call as handlers here use it; its body must be an object, unless what takes its place is given. */
export function entityCall(
  call: Call,
  entities: Entities,
  record = objectOf((call.ctx.request as { body?: unknown }).body),
): EntityCall {
  const { services, principal } = call;
  const store = new Store(services);
  const asking = { entities, sight: store.sight(principal), timeZone: services.config.timeZone };
  return { ...call, store, asking, record };
}
