import { sentenceOf } from '../../../shared/messages/scope-words.ts';
import { say } from '../../messages/say.ts';
import type { OperationObject } from '../openapi.ts';
import { scopesIn } from '../security.ts';

/** Who may carry an operation out, in words. */
export interface AccessView {
  /** Whether requests without credentials are answered. */
  readonly open: boolean;
  readonly sentence: string;
  readonly scopes: readonly { readonly scope: string; readonly sentence: string }[];
}

/** Reads an operation's `security`, the same list that is enforced. */
export function accessOf({ security }: OperationObject): AccessView {
  const schemes = new Set((security ?? []).flatMap((alternative) => Object.keys(alternative)));
  const open = !security || security.some((alternative) => Object.keys(alternative).length === 0);
  const scopes = scopesIn(security).map((scope) => ({ scope, sentence: sentenceOf(scope) }));
  return { open, sentence: whoOf(open, schemes, scopes.length), scopes };
}

function whoOf(open: boolean, schemes: ReadonlySet<string>, scopes: number): string {
  if (open) return say('access.open');
  if (schemes.size === 1 && schemes.has('cookieAuth')) return say('access.session');
  return scopes === 0 ? say('access.unbound') : say('access.scopes', { count: scopes });
}
