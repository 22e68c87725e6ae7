import type { Principal } from '../../../shared/access/principal.ts';
import type { Resource } from '../../resources/declaration.ts';
import type { Projection } from '../../store/projection.ts';
import type { Condition } from '../../store/query.ts';
import { Refusal } from '../../store/refusals.ts';
import type { Store } from '../../store/store.ts';

/** A row by its number and what people call it. */
export interface Labelled {
  readonly id: number;
  readonly label: string;
}

/** The most rows that a form offers as a list to choose from. */
const mostChoices = 200;

const projections = new WeakMap<Resource, Projection>();

function labelProjection(resource: Resource): Projection {
  let projection = projections.get(resource);
  if (!projection) {
    const at = (path: string) => (statement: { path(path: string): string }) => statement.path(path);
    projection = {
      resource,
      name: 'labels',
      columns: [
        { key: 'id', sql: at('id') },
        { key: 'label', sql: at('$label') },
      ],
    };
    projections.set(resource, projection);
  }
  return projection;
}

/** What rows are called, for one request: read through the store, so nobody learns what they may not see. */
export class Labels {
  readonly #store: Store;
  readonly #principal: Principal;
  readonly #choices = new Map<Resource, Promise<readonly Labelled[] | null>>();

  constructor(store: Store, principal: Principal) {
    this.#store = store;
    this.#principal = principal;
  }

  /** Labels by number; those that may not be seen are missing. */
  async of(resource: Resource, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
    if (ids.length === 0) return new Map();
    const found = await this.#read(resource, [{ op: 'in', path: 'id', values: [...new Set(ids)] }], 10_000);
    return new Map(found?.rows.map(({ id, label }) => [id, label]));
  }

  /** All rows to choose from; null when there are too many for a list, or none may be seen. */
  choices(resource: Resource): Promise<readonly Labelled[] | null> {
    let known = this.#choices.get(resource);
    if (!known) {
      known = this.#read(resource, [], mostChoices).then((found) =>
        found && found.count <= mostChoices ? found.rows : null,
      );
      this.#choices.set(resource, known);
    }
    return known;
  }

  /** Whether the object rule of a resource calls a row theirs. */
  async owns(resource: Resource, id: number): Promise<boolean> {
    if (!resource.own) return false;
    const found = await this.#read(
      resource,
      [
        { op: 'eq', path: 'id', value: id },
        { op: 'sql', sql: resource.own.sql },
      ],
      1,
    );
    return (found?.count ?? 0) > 0;
  }

  async #read(
    resource: Resource,
    where: readonly Condition[],
    limit: number,
  ): Promise<{ rows: Labelled[]; count: number } | null> {
    try {
      const page = { kind: 'offset', limit, offset: 0 } as const;
      const query = { where, search: [], order: [], page };
      const { text, count } = await this.#store.list(this.#principal, labelProjection(resource), query);
      return { rows: JSON.parse(text ?? '[]'), count: count ?? 0 };
    } catch (error) {
      if (error instanceof Refusal) return null;
      throw error;
    }
  }
}
