import type { Permission } from '../../shared/access/roles.ts';
import type { Action } from '../resources/declaration.ts';
import type { Trouble } from './answers.ts';
import type { JsonSchema, Method, Parameter } from './openapi.ts';

/** What of a table operation differs from one to the next; the rest follows from its permission. */
export interface Wish {
  readonly method: Method;
  readonly permission: Permission;
  /** The action that it does, which may take something else. */
  readonly action?: Action;
  /** Below the resource's own. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: { readonly schema: JsonSchema; readonly example: unknown; readonly forms?: boolean };
  readonly answer: readonly [status: number, description: string, schema?: JsonSchema];
  readonly troubles: readonly Trouble[];
}

/** A path that names one of these fields. */
export const oneOf = (names: readonly string[]): Parameter => ({
  name: 'field',
  in: 'path',
  required: true,
  description: 'Name of the field.',
  schema: { type: 'string', enum: names },
});

export const anything: JsonSchema = { type: 'object' };
