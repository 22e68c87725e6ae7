import type { Context } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import type { Row } from '../../resources/declaration.ts';
import { type Sight, sightOf } from '../../store/sight.ts';
import type { Store } from '../../store/store.ts';
import { askedOf, bodyOf } from './input.ts';
import type { Wanted } from './prefer.ts';
import type { Tabled } from './tabled.ts';

/** One request to a resource, let through by what its route takes. */
export interface Call {
  readonly ctx: Context;
  readonly store: Store;
  readonly publicUrl: string;
  readonly principal: Principal;
  readonly sees: Sight;
  readonly tabled: Tabled;
  /** Other resources by their words, for what answers say of them. */
  readonly tables: ReadonlyMap<string, Tabled>;
  /** NaN where the path has none. */
  readonly id: number;
  /** Name of the table, field or action in the path. */
  readonly named: string;
  readonly wanted: Wanted;
  /** Files of a form, by the names of their fields. */
  readonly files: Row;
  /** What a reading request asks for, from query and body. @throws Invalid */
  asked(): Row;
  /** What a writing request gives. @throws Invalid */
  given(): Row;
}

export function callOf(facts: Omit<Call, 'sees' | 'asked' | 'given'>): Call {
  const { ctx, store, principal } = facts;
  return {
    ...facts,
    sees: sightOf(store, principal),
    asked: () => askedOf(ctx),
    given: () => {
      const { _method, ...body } = bodyOf(ctx);
      return body;
    },
  };
}
