import test from 'ava';
import { wordsOf } from '../../api/store/search.ts';
import { Store } from '../../api/store/store.ts';
import { anonymous, type Principal } from '../../shared/access/principal.ts';
import type { Role } from '../../shared/access/roles.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { freshServices } from '../harness/index.ts';

let services: Services;
let store: Store;
test.before(async () => {
  services = await freshServices();
  store = new Store(services);
  await services.knex.raw(`
    INSERT INTO host_hardware (name) VALUES ('PowerEdge R640');
    INSERT INTO host (hostname, hardware_id) SELECT 'alpha', id FROM host_hardware;
    INSERT INTO part (name) VALUES ('Alpha wheel');
  `);
});
test.after.always(() => services && closeServices(services));

/** Somebody who may view what belongs to these roles. */
const viewer = (...roles: Role[]): Principal => ({
  ...anonymous(),
  proof: 'token',
  person: {
    id: 1_000_000,
    username: 'viewer',
    firstName: '',
    lastName: '',
    email: '',
    isActive: true,
    isStaff: false,
    isSuperuser: false,
    groups: [],
    rights: new Map(roles.map((role) => [role, new Set(['view' as const])])),
  },
});

const labels = async (principal: Principal, typed: string): Promise<string[]> => {
  const found = await store.search(principal, wordsOf(typed));
  return found.flatMap(({ resource, hits }) => hits.map(({ label }) => `${resource.name} ${label}`)).sort();
};

test('a word is found in all resources that the caller may view, and in no other', async (t) => {
  t.deepEqual(await labels(viewer('host', 'part'), 'alpha'), ['host alpha', 'part Alpha wheel']);
  t.deepEqual(await labels(viewer('part'), 'alpha'), ['part Alpha wheel']);
  t.deepEqual(await labels(viewer(), 'alpha'), []);
});
