import type { OperationObject } from '../openapi.ts';
import { scopeSentences, scopesIn } from '../security.ts';

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
  const scopes = scopesIn(security).map((scope) => ({ scope, sentence: scopeSentences[scope] ?? scope }));
  return { open, sentence: sentenceOf(open, schemes, scopes.length), scopes };
}

function sentenceOf(open: boolean, schemes: ReadonlySet<string>, scopes: number): string {
  if (open) return 'Open to everybody, without credentials.';
  if (schemes.size === 1 && schemes.has('cookieAuth'))
    return 'Takes the session of a browser that is signed in; no token does.';
  if (scopes === 0) return 'Takes somebody signed in, or a token of theirs that no scopes bind.';
  return `Takes somebody signed in, as far as their roles allow. A token that is bound by scopes needs ${scopes === 1 ? 'this one' : 'any one of these'}:`;
}
