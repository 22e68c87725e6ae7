import { say } from '../messages/say.ts';
/** What the store says when it will not do something. Faces print these in their own dialect. */
export class Refusal extends Error {}

/** No such row, or none that this person may see: the two are not told apart. */
export class NotFound extends Refusal {}

/** Nobody is signed in and the thing is not public. */
export class Unauthenticated extends Refusal {}

/** Somebody is signed in but may not: their roles or the token's scopes do not cover it. */
export class Forbidden extends Refusal {
  readonly because: 'scope' | 'role';
  /** Scopes that would let it through, as alternatives. */
  readonly scopes: readonly string[];

  constructor(because: 'scope' | 'role', scopes: readonly string[] = [], message?: string) {
    super(
      message ??
        (because === 'scope'
          ? scopes.length > 0
            ? say('refusals.scopes', { scopes: scopes.join(', ') })
            : say('refusals.bound')
          : say('refusals.role')),
    );
    this.because = because;
    this.scopes = scopes;
  }
}

/** Bad input: what is wrong, by field. Rules about the row as a whole go under `rowRule`. */
export class Invalid extends Refusal {
  readonly fields: Readonly<Record<string, readonly string[]>>;

  constructor(fields: Readonly<Record<string, readonly string[]>>) {
    super('Invalid input.');
    this.fields = fields;
  }
}

/** The key under which {@link Invalid} and {@link Conflict} keep what concerns no single field. */
export const rowRule = '*';

/** It can't be done as things stand: a clash with another row, or rows that still need this one. */
export class Conflict extends Refusal {
  /** Facts about the clash for the answer: ids, moments. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.details = details;
  }
}

/** It could be done, only not now: too much else is going on, or the database is away. */
export class Unavailable extends Refusal {
  /** After how many seconds another try makes sense. */
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
