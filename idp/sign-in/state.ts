import type Koa from 'koa';
import type { Person, Principal } from '../../shared/access/principal.ts';
import { anonymous } from '../../shared/access/principal.ts';
import type { Session, StandIn } from '../../shared/identity/sessions.ts';
import type { Moment } from '../../shared/pages/moment.ts';
import type { Form } from './form.ts';

/** What the session middleware knows about a request. */
export interface BrowserState {
  /** The live session of this browser. */
  session: Session | null;
  /** Who acts: whose session it is, or whom that superuser stands in for. */
  person: Person | null;
  /** The superuser whose session it really is, while they stand in for somebody. */
  standIn: (StandIn & { readonly end: Moment }) | null;
  /** The token that this browser's forms carry. Reading it gives a browser without session a cookie to tie it to. */
  readonly csrf: string;
  /** Name of the installation, for the frame of pages. */
  instanceName: string;
  /** What a form sent, once its origin was checked. */
  form: Form;
}

export type BrowserContext = Koa.ParameterizedContext<BrowserState>;
export type BrowserMiddleware = Koa.Middleware<BrowserState>;

/** The Principal behind a request to a page, for the audit trail. */
export function principalOf(ctx: BrowserContext, person: Person | null = ctx.state.person): Principal {
  const { standIn } = ctx.state;
  return { ...anonymous(ctx.ip || null), person, proof: person ? 'session' : 'anonymous', standIn };
}

/** The person behind a request that {@link signedIn} let through. */
export function personOf(ctx: BrowserContext): Person {
  if (!ctx.state.person) throw new Error('This route lacks the signed-in middleware');
  return ctx.state.person;
}
