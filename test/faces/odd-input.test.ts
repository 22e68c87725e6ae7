import test from 'ava';
import { spellAll } from '../../api/faces/rest/locate.ts';
import { filtersOf, orderingsOf } from '../../api/faces/rest/parse-query.ts';
import type { Spelled } from '../../api/faces/rest/spelling.ts';
import { resources } from '../../api/resources/index.ts';
import { loadSampleLab } from '../../api/sample/index.ts';
import { type Running, start } from '../harness/index.ts';

let q: Running;
let as: string;
test.before(async () => {
  q = await start();
  await loadSampleLab(q.services);
  as = await q.tokenFor(await q.person({ username: 'tester', superuser: true }));
});
test.after.always(() => q?.close());

const asked = ['1', 'False', 'null', 'abc', '-1', '99999999999', '1,x', "'", '[', '2021-02-30', '%00'];
const written = [null, '', 'x', -1, 1e20, [], {}, [[1]], 'a\0', '\ud800', 'x'.repeat(60_000), '2021-02-30', 99_999_999];
/** Nobody could go on after these. */
const spared: ReadonlySet<string> = new Set(['is_active', 'is_superuser']);

for (const resource of resources) {
  test.serial(
    `Whatever a client asks of or writes to ${resource.title[1].toLowerCase()}, the server does not fail`,
    async (t) => {
      const failed: string[] = [];
      const call = async (path: string, wish: object = {}) => {
        const response = await q.fetch(path, { as, ...wish });
        const text = await response.text();
        if (response.status >= 500) failed.push(`${response.status} ${path} ${JSON.stringify(wish).slice(0, 200)}`);
        return { status: response.status, text };
      };
      const asked = new Set<string>();
      for (const spelled of spellAll([resource], q.url).values()) {
        if (spelled.spelling.rowsOnly) {
          await writeRow(spelled, call);
          continue;
        }
        await read(spelled, call, asked);
        await write(spelled, call, (row) => t.true([200, 405].includes(row.status), `${spelled.listPath} ${row.text}`));
      }
      t.deepEqual(failed, []);
    },
  );
}

type Call = (path: string, wish?: object) => Promise<{ status: number; text: string }>;

/** Asks a list for everything; what another spelling of the same rows was asked for already means the same here. */
async function read(spelled: Spelled, call: Call, before: Set<string>): Promise<void> {
  const list = spelled.listPath;
  const isNew = (name: string) => !before.has(name) && before.add(name);
  const orders = [...orderingsOf(spelled).keys()].filter((name) => isNew(`ordering ${name}`));
  for (const order of orders) await call(`${list}?ordering=-${order}&limit=2&cursor=`);
  for (const shown of Object.keys(spelled.spelling.expand ?? {})) await call(`${list}?${shown}=true&limit=2`);
  for (const filter of [...filtersOf(spelled).keys()].filter(isNew)) {
    const values = asked.map((value) => (value === '%00' ? value : encodeURIComponent(value)));
    await Promise.all(values.map((value) => call(`${list}?${filter}=${value}&limit=1`)));
  }
}

/** A path that has rows only: the first row is found at another. */
async function writeRow({ resource, listPath, keys }: Spelled, call: Call): Promise<void> {
  const list = resource.rest.find(({ rowsOnly }) => !rowsOnly)?.path;
  const [first] = JSON.parse((await call(`/api/${list}/?limit=1`)).text).results;
  for (const id of [first?.pk ?? 1, 2_147_483_647]) {
    await call(`${listPath}${id}/`);
    for (const { key } of keys) {
      for (const value of written) await call(`${listPath}${id}/`, { method: 'PATCH', json: { [key]: value } });
    }
  }
}

async function write(
  spelled: Spelled,
  call: Call,
  check: (row: { status: number; text: string }) => void,
): Promise<void> {
  const list = spelled.listPath;
  const first = await firstRow(spelled, call);
  if (first) {
    const row = first.url ?? `${list}${first.pk ?? first.id}/`;
    check(await call(row, { method: 'PATCH', json: first }));
    for (const { key } of spelled.keys.filter(({ key }) => !spared.has(key))) {
      for (const value of written) await call(row, { method: 'PATCH', json: { [key]: value } });
    }
  }
  for (const body of [{}, [], null, 'x', 5, [[]]]) await call(list, { json: body });
}

/** A row as the list shows it first; some spellings speak of single rows only. */
async function firstRow({ listPath, spelling }: Spelled, call: Call) {
  if (!spelling.rowsOnly) return JSON.parse((await call(`${listPath}?limit=1`)).text).results[0];
  const { status, text } = await call(`${listPath}1/`);
  return status === 200 ? { ...JSON.parse(text), pk: 1 } : undefined;
}
