import { generalScopes, identityScopes, roleOfScope } from '../access/scopes.ts';
import { say } from './say.ts';

const general = { ...identityScopes, ...generalScopes };
const isGeneral = (name: string): name is keyof typeof general => Object.hasOwn(general, name);

/** What a scope lets an application do, in a sentence; its bare name when no such scope exists any more. */
export function sentenceOf(scope: string): string {
  const named = roleOfScope(scope);
  if (named) return say('rights.one', { permission: named.permission, what: say(`roles.${named.role}`) });
  return isGeneral(scope) ? say(`scopes.${scope}`) : scope;
}
