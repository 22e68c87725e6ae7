import { type Permission, permissions, type Role, roleNames } from '../../shared/access/roles.ts';
import { identityScopes, resourceScopes } from '../../shared/access/scopes.ts';
import type { OfferedScopes } from '../../shared/access/scopes-of-person.ts';
import { currentLanguage, languages } from '../../shared/messages/language.ts';
import { sentenceOf } from '../../shared/messages/scope-words.ts';
import { say } from '../messages/say.ts';

interface Tick {
  readonly scope: string;
  readonly label: string;
  readonly ticked: boolean;
}

/** Scopes as boxes to tick: one by one, and by role in a row of four. */
export interface ScopeGrid {
  readonly general: readonly (Tick & { readonly sentence: string })[];
  readonly rows: readonly { readonly role: string; readonly ticks: readonly (Tick | null)[] }[];
}

/** Everything that a scope may be, for a superuser who decides what an application may ever ask for. */
export const everyScopeOffered: OfferedScopes = {
  general: [...Object.keys(identityScopes), ...Object.keys(resourceScopes).filter((scope) => !scope.startsWith('r:'))],
  byRole: roleNames.map((role) => ({ role, permissions })),
};

/** These scopes and no others, in the form that a page offers them. */
export function offeredOf(scopes: readonly string[]): OfferedScopes {
  const byRole = roleNames
    .map((role) => ({ role, permissions: permissions.filter((each) => scopes.includes(`r:${each}:${role}`)) }))
    .filter((held) => held.permissions.length > 0);
  return { general: everyScopeOffered.general.filter((scope) => scopes.includes(scope)), byRole };
}

/** Lays offered scopes out for the template `@own/scope-grid`; the ones in `ticked` come ticked. */
export function scopeGrid(offered: OfferedScopes, ticked: ReadonlySet<string>): ScopeGrid {
  const tick = (role: Role, held: readonly Permission[]) => (permission: Permission) => {
    if (!held.includes(permission)) return null;
    const scope = `r:${permission}:${role}`;
    return { scope, label: say('rights.permission', { permission }), ticked: ticked.has(scope) };
  };
  return {
    general: offered.general.map((scope) => ({
      scope,
      label: scope,
      sentence: sentenceOf(scope),
      ticked: ticked.has(scope),
    })),
    rows: offered.byRole.map(({ role, permissions: held }) => ({
      role: capitalised(say(`roles.${role}`)),
      ticks: permissions.map(tick(role, held)),
    })),
  };
}

/** Sentences for a list of scopes that take less room: a role's permissions are told together. */
export function sentencesOf(scopes: readonly string[]): string[] {
  const byRole = new Map<string, Permission[]>();
  const others: string[] = [];
  for (const scope of scopes) {
    const [kind, permission, role] = scope.split(':');
    if (kind === 'r' && permission && role && scope in resourceScopes) {
      byRole.set(role, [...(byRole.get(role) ?? []), permission as Permission]);
    } else others.push(sentenceOf(scope));
  }
  return [
    ...others,
    ...[...byRole].map(([role, held]) => {
      const verbs = permissions.filter((permission) => held.includes(permission));
      return capitalised(say('rights.may', { verbs: listed(verbs), what: say(`roles.${role as Role}`) }));
    }),
  ];
}

/** «view, add and change» */
const listed = (held: readonly Permission[]) =>
  new Intl.ListFormat(languages[currentLanguage()].locale).format(
    held.map((permission) => say('rights.verb', { permission })),
  );

const capitalised = (text: string) => text[0]!.toUpperCase() + text.slice(1);
