import type { Rights } from './roles.ts';

/** A person or a service user, with what their groups let them do. */
export interface Person {
  readonly id: number;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  /** They showed that they read what comes there; nothing else is written to it. */
  readonly emailConfirmed: boolean;
  readonly isActive: boolean;
  readonly isStaff: boolean;
  readonly isSuperuser: boolean;
  /** Ids of the groups they belong to. */
  readonly groups: readonly number[];
  /** The union over their groups; a superuser's rights are not listed here but are all of them. */
  readonly rights: Rights;
}

/** How a request proved who it comes from. */
export type Proof = 'anonymous' | 'bearer' | 'token' | 'basic' | 'session';

/** Who asks, how they proved it, and the scopes that bound them. */
export interface Principal {
  /** Null for anonymous requests. */
  readonly person: Person | null;
  readonly proof: Proof;
  /** The scopes that bound this request; null when it is not bound by scopes. */
  readonly scopes: ReadonlySet<string> | null;
  /** The client_id of the application that acts for the person, when one does. */
  readonly application: string | null;
  /** The id of the API token used, when one was. */
  readonly tokenId: number | null;
  /** Address that the request came from. */
  readonly address: string | null;
  /** When whoever sits at the browser last proved who they are; of sessions only. */
  readonly provedAt?: Date;
  /** The superuser who sits there in place of the person, when one does. */
  readonly standIn?: { readonly id: number; readonly username: string; readonly until: Date } | null;
}

/** Nobody: the Principal of a request without credentials. */
export function anonymous(address: string | null = null): Principal {
  return { person: null, proof: 'anonymous', scopes: null, application: null, tokenId: null, address };
}
