import type { Permission } from '../../shared/access/roles.ts';
import type { Action } from '../resources/declaration.ts';
import type { Trouble } from './answers.ts';
import { type JsonSchema, type Method, type Parameter, type Reference, type Response, refTo } from './openapi.ts';

/** What of an operation differs from one to the next; the rest follows from its permission. */
export interface Wish {
  readonly method: Method;
  readonly permission: Permission;
  /** The action that it does, which may take something else. */
  readonly action?: Action;
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly body?: { schema: JsonSchema; example: unknown };
  readonly answer: readonly [status: number, description: string, schema?: JsonSchema];
  readonly headers?: Response['headers'];
  readonly troubles: readonly Trouble[];
}

/** What any request may meet with. */
export const always: readonly Trouble[] = ['forbidden'];
export const idParameter = refTo('parameters', 'id');
