import test from 'ava';
import fc from 'fast-check';
import { type Permission, permissions, type Role, roleNames } from '../../shared/access/roles.ts';
import { resourceScopes } from '../../shared/access/scopes.ts';
import { sha256 } from '../../shared/identity/secrets.ts';
import { makeGroup, type Running, start, type TestPerson } from '../harness/index.ts';

// Random people, groups, applications, scopes and operations, through real HTTP: the answer is roles ∩ scopes.

type GroupRights = Readonly<Record<Role, readonly Permission[]>>;
type Scopes = ReadonlySet<string> | null;

/** The whole of it, on its own terms: what a group gives, and what scopes leave of that. */
const gives = (group: GroupRights, role: Role): ReadonlySet<Permission> => {
  const given = new Set(group[role]);
  if (given.has('delete') || (given.has('add') && role !== 'booking')) given.add('change');
  return given.size > 0 ? given.add('view') : given;
};
const may = (
  isSuperuser: boolean,
  groups: readonly GroupRights[],
  scopes: Scopes,
  role: Role,
  permission: Permission,
) =>
  (isSuperuser || groups.some((group) => gives(group, role).has(permission))) &&
  (scopes === null ||
    scopes.has('a:superuser') ||
    scopes.has(`r:${permission}:${role}`) ||
    (permission === 'view' && scopes.has('g:read')));

/** One resource of each role that has no rule of its own beside it; adding is asked of bookings themselves. */
const paths: Readonly<Record<Role, string>> = {
  admin: '/api/loans/customer/',
  location: '/api/inventory/building/',
  host: '/api/inventory/hdvendor/',
  booking: '/api/booking/bookable/',
  part_category: '/api/part/category/',
  part: '/api/part/',
  stock_location: '/api/stock/location/',
  stock: '/api/stock/',
};

let q: Running;
test.before(async () => {
  q = await start({ config: { anonymousRead: 'none' } });
});
test.after.always(() => q?.close());

let people = 0;
async function make(isSuperuser: boolean, groups: readonly GroupRights[]): Promise<TestPerson> {
  people += 1;
  const person = await q.person({ username: `p${people}`, superuser: isSuperuser });
  for (const [n, rights] of groups.entries()) await makeGroup(q.knex, `g${person.id}-${n}`, rights, [person.id]);
  return person;
}

/** Whether an operation is let through; it is done to a row that is not there, or with nothing in it. */
async function isLetThrough(as: string, role: Role, permission: Permission): Promise<boolean> {
  const list = role === 'booking' && permission === 'add' ? '/api/booking/booking/' : paths[role];
  const row = `${list}2147483000/`;
  const [method, path] = {
    view: ['GET', list],
    add: ['POST', list],
    change: ['PATCH', row],
    delete: ['DELETE', row],
  }[permission] as [string, string];
  const response = await q.fetch(path, { as, method, ...(method !== 'GET' && { json: {} }) });
  await response.arrayBuffer();
  return response.status !== 401 && response.status !== 403;
}

const scopeNames = Object.keys(resourceScopes);
const someScopes = fc.uniqueArray(fc.constantFrom(...scopeNames), { minLength: 1, maxLength: 6 });
const group = fc.record(
  Object.fromEntries(roleNames.map((role) => [role, fc.subarray([...permissions], { maxLength: 3 })])) as Record<
    Role,
    fc.Arbitrary<Permission[]>
  >,
);
const operation = fc.tuple(fc.constantFrom(...roleNames), fc.constantFrom(...permissions));
const world = fc.record({
  isSuperuser: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  groups: fc.array(group, { maxLength: 3 }),
  scopes: fc.option(someScopes, { nil: null }),
  operations: fc.uniqueArray(operation, { minLength: 4, maxLength: 8, selector: String }),
  wanted: fc.option(someScopes, { nil: null }),
});

test('what a token lets somebody do is what their roles and its scopes both hold, whatever is minted from it', async (t) => {
  await fc.assert(
    fc.asyncProperty(world, async ({ isSuperuser, groups, scopes, operations, wanted }) => {
      const person = await make(isSuperuser, groups);
      const check = async (as: string, bound: Scopes) => {
        for (const [role, permission] of operations) {
          const expected = may(isSuperuser, groups, bound, role, permission);
          if ((await isLetThrough(as, role, permission)) !== expected) {
            throw new Error(`${permission} ${role} with ${bound ? [...bound] : 'no scopes'} should be ${expected}`);
          }
        }
      };
      const token = await q.tokenFor(person, scopes ? { scopes } : {});
      await check(token, scopes && new Set(scopes));
      const minted = await q.json<{ token: string }>('/api/user/tokens/', {
        as: token,
        json: { name: 'x', scopes: wanted },
      });
      // What is bound makes nothing; what is not makes what is bound as asked.
      t.is(minted.status, scopes ? 403 : 201);
      if (minted.status === 201) await check(minted.body.token, wanted && new Set(wanted));
    }),
    { numRuns: 25, includeErrorInReport: true },
  );
});

test('an application gets no scope that it was not allowed, and its token does no more than its service user may', async (t) => {
  const asked = fc.record({ world, allowed: someScopes, requested: fc.option(someScopes, { nil: null }) });
  await fc.assert(
    fc.asyncProperty(asked, async ({ world: { isSuperuser, groups, operations }, allowed, requested }) => {
      const person = await make(isSuperuser, groups);
      const clientId = `app-${person.id}`;
      const [{ id }] = await q
        .knex('applications')
        .insert({
          client_id: clientId,
          name: clientId,
          client_type: 'confidential',
          grant_types: ['client_credentials'],
          allowed_scopes: allowed,
          service_user_id: person.id,
        })
        .returning('id');
      await q.knex('application_secrets').insert({ application_id: id, secret_hash: sha256('secret') });
      const response = await q.fetch('/o/token/', {
        method: 'POST',
        as: { id: 0, username: clientId, password: 'secret' },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          ...(requested && { scope: requested.join(' ') }),
        }),
      });
      const answer = (await response.json()) as { access_token?: string; scope?: string };
      const wishes = requested ?? ['g:read'];
      const isAllowed = wishes.every((scope) => allowed.includes(scope));
      if (!answer.access_token) {
        t.false(isAllowed, `${JSON.stringify(answer)} for ${wishes} of ${allowed}`);
        return;
      }
      const granted = new Set(answer.scope?.split(' ').filter(Boolean));
      for (const scope of granted) t.true(allowed.includes(scope) && wishes.includes(scope), scope);
      for (const [role, permission] of operations) {
        const expected = may(isSuperuser, groups, granted, role, permission);
        t.is(
          await isLetThrough(answer.access_token, role, permission),
          expected,
          `${permission} ${role} with ${[...granted]}`,
        );
      }
      t.is((await q.fetch('/api/user/tokens/', { as: answer.access_token, json: { name: 'x' } })).status, 403);
    }),
    { numRuns: 25, includeErrorInReport: true },
  );
});
