import test from 'ava';
import fc from 'fast-check';
import { decide, type Operation } from '../../shared/access/decide.ts';
import { type Permission, permissions, type Role, roleNames } from '../../shared/access/roles.ts';
import { resourceScopes, scopesFor } from '../../shared/access/scopes.ts';
import { principal } from '../authentication/mounted.ts';

const role = fc.constantFrom<Role>(...roleNames);
const permission = fc.constantFrom<Permission>(...permissions);
const scope = fc.constantFrom(...Object.keys(resourceScopes), 'openid', 'profile');
const held = fc.uniqueArray(fc.tuple(role, permission), { selector: (pair) => pair.join() });
const person = fc.record({
  isActive: fc.boolean(),
  isStaff: fc.boolean(),
  isSuperuser: fc.boolean(),
  held,
});
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc
    .record({ role, permission, own: fc.boolean(), anonymous: fc.boolean() })
    .map((one) => ({ ...one, scopes: scopesFor(one.role, one.permission) })),
  fc.record({
    who: fc.constantFrom('signed-in' as const, 'staff' as const, 'superuser' as const),
    scopes: fc.uniqueArray(scope, { maxLength: 3 }),
    own: fc.boolean(),
  }),
);

type Model = { isActive: boolean; isStaff: boolean; isSuperuser: boolean; held: [Role, Permission][] };

/** The same rules once more, as a person would say them. */
function expected(who: Model | null, scopes: string[] | null, wanted: Operation): 'all' | 'own' | 'no' {
  if (who && !who.isActive) return 'no';
  if (wanted.anonymous) return 'all';
  if (!who) return 'no';
  if (scopes !== null && scopes.filter((one) => wanted.scopes.includes(one)).length === 0) return 'no';
  const byRole = who.held.some(([role, permission]) => role === wanted.role && permission === wanted.permission);
  const byRank = { 'signed-in': true, staff: who.isStaff, superuser: false };
  const may = who.isSuperuser || (wanted.who ? byRank[wanted.who] : byRole);
  return may ? 'all' : wanted.own ? 'own' : 'no';
}

const asPrincipal = (who: Model | null, scopes: string[] | null) => {
  const rights = new Map<Role, Set<Permission>>();
  for (const [role, permission] of who?.held ?? []) rights.set(role, (rights.get(role) ?? new Set()).add(permission));
  return principal(who && { ...who, rights }, { scopes: scopes && new Set(scopes) });
};
const answer = (who: Model | null, scopes: string[] | null, wanted: Operation) => {
  const { allow } = decide(asPrincipal(who, scopes), wanted);
  return allow === 'nothing' ? 'no' : allow;
};
const rank = { no: 0, own: 1, all: 2 };
const boundBy = fc.option(fc.uniqueArray(scope, { maxLength: 5 }), { nil: null });
const runs = { numRuns: 5000 };

test('what anybody may do follows from their roles, the scopes and the operation', (t) => {
  const agrees = fc.property(fc.option(person, { nil: null }), boundBy, operation, (who, scopes, wanted) => {
    fc.pre(who !== null || scopes === null);
    t.is(answer(who, scopes, wanted), expected(who, scopes, wanted));
  });
  t.notThrows(() => fc.assert(agrees, runs));
});

test('a scope never adds a right', (t) => {
  const never = fc.property(person, fc.uniqueArray(scope), operation, (who, scopes, wanted) => {
    t.true(rank[answer(who, scopes, wanted)] <= rank[answer(who, null, wanted)]);
  });
  t.notThrows(() => fc.assert(never, runs));
});

test('more scopes never take a right away', (t) => {
  const never = fc.property(person, fc.uniqueArray(scope), scope, operation, (who, scopes, more, wanted) => {
    t.true(rank[answer(who, scopes, wanted)] <= rank[answer(who, [...scopes, more], wanted)]);
  });
  t.notThrows(() => fc.assert(never, runs));
});

test('nobody reads or writes anything with g:read alone but reads', (t) => {
  const only = fc.property(person, role, permission, (who, role, permission) => {
    fc.pre(permission !== 'view');
    t.is(answer(who, ['g:read'], { role, permission, scopes: scopesFor(role, permission), own: true }), 'no');
  });
  t.notThrows(() => fc.assert(only, runs));
});

test('an inactive person may do nothing, a superuser may not more than their token', (t) => {
  const superuser: Model = { isActive: true, isStaff: true, isSuperuser: true, held: [] };
  const add = { role: 'host', permission: 'add', scopes: scopesFor('host', 'add') } as const;
  t.is(answer({ ...superuser, isActive: false }, null, add), 'no');
  t.is(answer(superuser, ['g:read'], add), 'no');
  t.is(answer(superuser, ['r:add:host'], add), 'all');
  t.is(answer(superuser, null, add), 'all');
});
