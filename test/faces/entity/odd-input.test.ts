import test from 'ava';
import { entities } from '../../../api/faces/entity/endpoints.ts';
import { shownKeys } from '../../../api/faces/entity/spelling.ts';
import { loadSampleLab } from '../../../api/sample/index.ts';
import { type Running, start } from '../../harness/index.ts';
import { type Client, type Listed, signIn } from './conversation.ts';

let q: Running;
let boss: Client;
test.before(async () => {
  q = await start();
  await loadSampleLab(q.services);
  boss = await signIn(q, await q.person({ username: 'tester', password: 'correct horse battery', superuser: true }));
});
test.after.always(() => q?.close());

const written = [null, '', 'x', -1, 1e20, [], {}, [[1]], 'a\0', '\ud800', '2021-02-30', 99_999_999, true];
/** Nobody could go on after these. */
const spared: ReadonlySet<string> = new Set(['isActive', 'isAdmin', 'userName']);

for (const { name, keys, offers, links } of entities.all) {
  test.serial(`Whatever a client asks of or writes to ${name}, the server does not fail`, async (t) => {
    const failed: string[] = [];
    const call = async (method: string, path: string, body?: unknown) => {
      const reply = await boss.call(method, path, body);
      if (reply.status >= 500) failed.push(`${reply.status} ${method} ${path} ${JSON.stringify(body)?.slice(0, 100)}`);
      return reply;
    };
    const listed = await boss.get<Listed<{ id: string }>>(name);
    t.is(listed.status, 200);
    const [first] = listed.body.list;
    for (const key of keys.flatMap(shownKeys)) await call('GET', `${name}?sortBy=${key}&select=${key}&maxSize=1`);
    for (const link of links.keys()) {
      t.is((await call('GET', `${name}/${first?.id ?? 1}/${link}?maxSize=1`)).status, 200, link);
      await call('POST', `${name}/999999/${link}`, { ids: ['999999', 'x'] });
      await call('POST', `${name}/999999/${link}`, { ids: ['999999'] });
      await call('DELETE', `${name}/${first?.id ?? 1}/${link}?ids=999999`);
    }
    if (offers.includes('add')) for (const body of [{}, [], null, 'x', 5, [[]]]) await call('POST', name, body);
    const changed = offers.includes('change') ? first : undefined;
    if (changed) t.is((await call('PUT', `${name}/${changed.id}`, changed)).status, 200, 'an answer may be sent back');
    for (const key of keys.filter(({ writable, key }) => writable && !spared.has(key))) {
      for (const value of changed ? written : [])
        await call('PATCH', `${name}/${first?.id}`, { [shownKeys(key)[0] ?? '']: value });
    }
    t.deepEqual(failed, []);
  });
}
