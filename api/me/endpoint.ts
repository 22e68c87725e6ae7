import type { Readable } from 'node:stream';
import type { Context, Middleware } from 'koa';
import type { Static, TObject, TSchema } from 'typebox';
import type { Operation } from '../../shared/access/decide.ts';
import type { Person, Principal, Proof } from '../../shared/access/principal.ts';
import type { Services } from '../../shared/services.ts';
import { sendJson, sendText } from '../answer.ts';
import type { Trouble } from '../schema/answers.ts';
import type { MediaType, Parameter, Reference } from '../schema/openapi.ts';
import { refuseOldProof } from '../store/old-proof.ts';
import { allow } from '../store/operation.ts';
import { Forbidden, NotFound, Refusal, Unauthenticated } from '../store/refusals.ts';
import { describeEndpoints } from './describe.ts';
import { bodyOf, queryOf } from './input.ts';
import { PathTable } from './path-table.ts';
import { sendMethodNotAllowed, sendRefusal } from './refused.ts';

/** One request to an endpoint: checked, and let through by its operation. */
export interface Call<Query = unknown, Body = unknown> {
  readonly ctx: Context;
  readonly services: Services;
  readonly principal: Principal;
  /** The number in the path, where it has `{id}`. */
  readonly id: number;
  readonly query: Query;
  readonly body: Body;
}

export interface Answer {
  /** 200 unless said. */
  readonly status?: number;
  /** Absent: no body. */
  readonly body?: unknown;
  /** A body that is JSON text already. */
  readonly text?: string;
  /** A body that is sent as it comes; its headers say what it is. */
  readonly stream?: Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An operation that belongs to no declared resource. What is enforced and what the OpenAPI document says about it are
 * read from the same declaration.
 */
export interface Endpoint<Query extends TObject = TObject, Body extends TObject = TObject> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/api/user/tokens/{id}/`. The last slash may be left out by callers. */
  readonly path: string;
  /** Older paths that lead to the same. */
  readonly also?: readonly string[];
  readonly operation: Operation;
  /** The only ways of proving who one is that count here; absent: any. */
  readonly proofs?: readonly Proof[];
  /**
   * At a browser it takes a proof of a short time ago of who sits there. Unless said, what only superusers may do does,
   * when it changes something.
   */
  readonly sensitive?: boolean;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly query?: Query;
  readonly body?: Body;
  /** Parameters and a body that the handler reads for itself: what the document says of them. */
  readonly asks?: readonly (Parameter | Reference)[];
  readonly sends?: MediaType;
  /** What it may refuse beside what follows from the rest. */
  readonly mayFail?: readonly Trouble[];
  /** Content types of what it answers; `application/json` unless said. */
  readonly mediaTypes?: readonly string[];
  /** What it answers when all goes well, by status. */
  readonly responses: Readonly<Record<number, { readonly description: string; readonly schema?: TSchema }>>;
  handler(call: Call<Static<Query>, Static<Body>>): Promise<Answer> | Answer;
}

/** Declares an endpoint; the handler's query and body have the types of their schemas. */
export const endpoint = <Query extends TObject, Body extends TObject>(declared: Endpoint<Query, Body>): Endpoint =>
  declared as unknown as Endpoint;

/** The person who asks; an operation that isn't open to everybody has one. */
export function signedIn({ person }: Principal): Person {
  if (!person) throw new Unauthenticated();
  return person;
}

/** What answers at one path, by method. */
export type Methods = Map<string, Endpoint>;

/** Endpoints by their paths; where two have the same, the first counts. */
export function endpointTable(endpoints: readonly Endpoint[]): PathTable<Methods> {
  const table = new PathTable<Methods>();
  for (const declared of endpoints) {
    for (const path of [declared.path, ...(declared.also ?? [])]) {
      const methods = table.at(path, () => new Map());
      const method = declared.method.toUpperCase();
      if (!methods.has(method)) methods.set(method, declared);
    }
  }
  return table;
}

/** Answers at the paths of endpoints. Each call is decided by the endpoint's operation before its handler sees anything. */
export function answerEndpoints(services: Services, endpoints: readonly Endpoint[]): Middleware {
  const table = endpointTable(endpoints);
  return (ctx, next) => {
    const found = table.find(ctx.path);
    return found ? answerBy(ctx, services, found.value, found.parameters) : next();
  };
}

/** Answers a request at a path with these methods. */
export async function answerBy(
  ctx: Context,
  services: Services,
  methods: Methods,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  const declared = methods.get(ctx.method === 'HEAD' ? 'GET' : ctx.method);
  if (!declared) {
    const described = describeEndpoints([...new Set(methods.values())], ctx.state.principal);
    return sendMethodNotAllowed(ctx, [...methods.keys()], described);
  }
  (ctx as Context & { params: object }).params = parameters;
  return answer(ctx, services, declared);
}

/** Answers a request to an endpoint, refusals included. */
async function answer(ctx: Context, services: Services, declared: Endpoint): Promise<void> {
  try {
    const { status = 200, body, text, stream, headers = {} } = await call(ctx, services, declared);
    if (stream) ctx.body = stream;
    ctx.set(headers);
    if (text !== undefined) sendText(ctx, status, text);
    else if (body !== undefined) sendJson(ctx, status, body);
    else ctx.status = status;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    sendRefusal(ctx, services.config.publicUrl, error);
  }
}

function call(ctx: Context, services: Services, declared: Endpoint): Promise<Answer> | Answer {
  const principal: Principal = ctx.state.principal;
  allow(principal, declared.operation);
  if (declared.proofs && !declared.proofs.includes(principal.proof)) {
    throw new Forbidden('role', [], `This takes a ${declared.proofs.join(' or ')}, not a ${principal.proof}.`);
  }
  if (isSensitive(declared)) refuseOldProof(principal, services.config.publicUrl);
  const answer = declared.handler({
    ctx,
    services,
    principal,
    id: idOf(ctx),
    query: declared.query ? queryOf(ctx, declared.query) : {},
    body: declared.body ? bodyOf(ctx, declared.body) : {},
  });
  return administers(declared) ? onceHeard(answer, services) : answer;
}

/** What superusers change may end what this process remembers: it is answered once that judges by it. */
async function onceHeard(answer: Promise<Answer> | Answer, { events }: Services): Promise<Answer> {
  const done = await answer;
  await events.caughtUp();
  return done;
}

const administers = ({ operation, method }: Endpoint): boolean => operation.who === 'superuser' && method !== 'get';

const isSensitive = (declared: Endpoint): boolean => declared.sensitive ?? administers(declared);

function idOf(ctx: Context): number {
  const id: string | undefined = ctx.params?.id;
  if (id === undefined) return Number.NaN;
  if (!/^[1-9]\d{0,9}$/.test(id) || Number(id) > 2_147_483_647) throw new NotFound('Not found.');
  return Number(id);
}
