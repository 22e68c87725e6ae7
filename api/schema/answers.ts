import { dialectOf } from '../dialect.ts';
import { type JsonSchema, type Reference, type Response, refTo } from './openapi.ts';

const texts = { type: 'array', items: { type: 'string' } };

/** What is said when something can't be done, in the two dialects of the paths described here. */
export const errorSchemas: Readonly<Record<string, JsonSchema>> = {
  Problem: {
    type: 'object',
    description: 'Why it can’t be done.',
    properties: { detail: { type: 'string' } },
    required: ['detail'],
  },
  FieldErrors: {
    type: 'object',
    description:
      'What is wrong, by field; rules about the row as a whole are under `non_field_errors`. A body that can’t be read at all is answered by `detail`.',
    properties: { non_field_errors: texts, detail: { type: 'string' } },
    additionalProperties: texts,
  },
  Message: {
    type: 'object',
    description: 'Why it can’t be done.',
    properties: { message: { type: 'string' } },
    required: ['message'],
  },
  Reason: {
    type: 'object',
    description: 'Why it can’t be done; the header `X-Status-Reason` says the same.',
    properties: { message: { type: 'string' }, code: { type: 'integer' } },
    required: ['message', 'code'],
  },
  MessageWithErrors: {
    type: 'object',
    description: 'What is wrong, by field.',
    properties: { message: { type: 'string' }, errors: { type: 'object', additionalProperties: texts } },
    required: ['message', 'errors'],
  },
};

const challenge = {
  'WWW-Authenticate': { description: 'The schemes that would do.', schema: { type: 'string' } },
};

const problem = (description: string, detail: string, more: Partial<Response> = {}): Response => ({
  description,
  content: {
    'application/json': { schema: refTo('schemas', 'Problem') as JsonSchema & Reference, example: { detail } },
  },
  ...more,
});

const message = (description: string, text: string, more: Partial<Response> = {}): Response => ({
  description,
  content: {
    'application/json': { schema: refTo('schemas', 'Message') as JsonSchema & Reference, example: { message: text } },
  },
  ...more,
});

const reason = (description: string, code: number, text: string, more: Partial<Response> = {}): Response => ({
  description,
  content: {
    'application/json': {
      schema: refTo('schemas', 'Reason') as JsonSchema & Reference,
      example: { message: text, code },
    },
  },
  ...more,
});

const refused = {
  unauthenticated: 'No credentials were sent, or they are no good.',
  forbidden: 'The person’s roles don’t cover it, or the token’s scopes don’t.',
};

/** The answers that many operations share. */
export const sharedAnswers: Readonly<Record<string, Response>> = {
  BadRequest: {
    description: 'A parameter or a field of the body is wrong.',
    content: {
      'application/json': {
        schema: refTo('schemas', 'FieldErrors') as JsonSchema & Reference,
        example: { non_field_errors: ['Invalid data. A JSON object is required.'] },
      },
    },
  },
  Unauthenticated: problem(refused.unauthenticated, 'Authentication credentials were not provided.', {
    headers: challenge,
  }),
  Forbidden: problem(refused.forbidden, 'You do not have permission to perform this action.'),
  NotFound: problem('There is no such row, or none that you may see.', 'Not found.'),
  Conflict: problem('As things stand it can’t be done: a clash, or rows that still need this one.', 'Still in use.'),
  UnauthenticatedMessage: message(refused.unauthenticated, 'Unauthenticated.', { headers: challenge }),
  ForbiddenMessage: message(refused.forbidden, 'This takes a session, not a bearer.'),
  ConflictMessage: message(
    'As things stand it can’t be done: a clash, or rows that still need this one.',
    'This rack is still used by hosts.',
  ),
  NotFoundMessage: message('There is no such row, or none that you may see.', 'Not found.'),
  BadRequestReason: reason('A parameter or a key of the body is wrong.', 400, 'name: This field is required.'),
  UnauthenticatedReason: reason(refused.unauthenticated, 401, 'Authentication credentials were not provided.', {
    headers: challenge,
  }),
  ForbiddenReason: reason(refused.forbidden, 403, 'You do not have permission to perform this action.'),
  NotFoundReason: reason('There is no such row, or none that you may see.', 404, 'Not found.'),
  ConflictReason: reason(
    'As things stand it can’t be done: a clash, or rows that still need this one.',
    409,
    'Still in use.',
  ),
  Unprocessable: {
    description: 'A field of the body is wrong.',
    content: {
      'application/json': {
        schema: refTo('schemas', 'MessageWithErrors') as JsonSchema & Reference,
        example: { message: 'This field is required.', errors: { device_name: ['This field is required.'] } },
      },
    },
  },
};

export type Trouble = 'invalid' | 'unauthenticated' | 'forbidden' | 'missing' | 'conflict';

const rest = {
  invalid: 'BadRequest',
  unauthenticated: 'Unauthenticated',
  forbidden: 'Forbidden',
  missing: 'NotFound',
  conflict: 'Conflict',
};
const table = {
  ...rest,
  invalid: 'Unprocessable',
  unauthenticated: 'UnauthenticatedMessage',
  forbidden: 'ForbiddenMessage',
  missing: 'NotFoundMessage',
  conflict: 'ConflictMessage',
};
const entity = {
  invalid: 'BadRequestReason',
  unauthenticated: 'UnauthenticatedReason',
  forbidden: 'ForbiddenReason',
  missing: 'NotFoundReason',
  conflict: 'ConflictReason',
};
const statuses = { invalid: 400, unauthenticated: 401, forbidden: 403, missing: 404, conflict: 409 };

/** The refusals that an operation at this path may answer, by status. */
export function troubles(path: string, kinds: readonly Trouble[]): Record<string, Reference> {
  const dialect = dialectOf(path);
  const names = dialect === 'table' ? table : dialect === 'entity' ? entity : rest;
  return Object.fromEntries(
    kinds.map((kind) => [
      String(dialect === 'table' && kind === 'invalid' ? 422 : statuses[kind]),
      refTo('responses', names[kind]),
    ]),
  );
}
