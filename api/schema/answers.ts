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

const later = {
  'Retry-After': { description: 'Seconds after which another try makes sense.', schema: { type: 'integer' } },
};
const busy = 'Too many attempts. Try again in a minute.';

const refused = {
  large: 'The body is larger than what is taken here.',
  limited: 'Too many sign-ins have failed, with this name or from this address.',
  unreadable: 'The body can’t be read.',
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
  TooLarge: problem(refused.large, 'The body is too large.'),
  TooLargeMessage: message(refused.large, 'The body is too large.'),
  TooLargeReason: reason(refused.large, 413, 'The body is too large.'),
  TooMany: problem(refused.limited, busy, { headers: later }),
  TooManyMessage: message(refused.limited, busy, { headers: later }),
  TooManyReason: reason(refused.limited, 429, busy, { headers: later }),
  UnreadableMessage: message(refused.unreadable, 'The body can’t be read: it is not valid JSON.'),
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

/** What any operation may refuse, whatever it does; and with a body besides. */
const anywhere = { limited: 429, unreadable: 400, large: 413 } as const;
type Anywhere = keyof typeof anywhere;

const rest = {
  limited: 'TooMany',
  unreadable: 'BadRequest',
  large: 'TooLarge',
  invalid: 'BadRequest',
  unauthenticated: 'Unauthenticated',
  forbidden: 'Forbidden',
  missing: 'NotFound',
  conflict: 'Conflict',
};
const table = {
  limited: 'TooManyMessage',
  unreadable: 'UnreadableMessage',
  large: 'TooLargeMessage',
  invalid: 'Unprocessable',
  unauthenticated: 'UnauthenticatedMessage',
  forbidden: 'ForbiddenMessage',
  missing: 'NotFoundMessage',
  conflict: 'ConflictMessage',
};
const entity = {
  limited: 'TooManyReason',
  unreadable: 'BadRequestReason',
  large: 'TooLargeReason',
  invalid: 'BadRequestReason',
  unauthenticated: 'UnauthenticatedReason',
  forbidden: 'ForbiddenReason',
  missing: 'NotFoundReason',
  conflict: 'ConflictReason',
};
const statuses = { ...anywhere, invalid: 400, unauthenticated: 401, forbidden: 403, missing: 404, conflict: 409 };

/** The refusals that an operation at this path may answer, by status: wrong credentials are refused wherever they are sent. */
export function troubles(path: string, kinds: readonly Trouble[], takesBody: boolean): Record<string, Reference> {
  const always: readonly Anywhere[] = takesBody ? ['limited', 'unreadable', 'large'] : ['limited'];
  const dialect = dialectOf(path);
  const names = dialect === 'table' ? table : dialect === 'entity' ? entity : rest;
  return Object.fromEntries(
    [...always, 'unauthenticated' as const, ...kinds].map((kind) => [
      String(dialect === 'table' && kind === 'invalid' ? 422 : statuses[kind]),
      refTo('responses', names[kind]),
    ]),
  );
}
