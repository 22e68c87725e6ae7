import test from 'ava';
import { meEndpoints } from '../../api/me/endpoints.ts';
import { type Issuer, makeIssuer } from '../authentication/issuer.ts';
import { type Mounted, mountApi } from '../authentication/mounted.ts';
import type { TestPerson } from '../harness/index.ts';

let api: Mounted;
let issuer: Issuer;
let superuser: TestPerson;

test.before(async () => {
  api = await mountApi();
  issuer = await makeIssuer(api.url);
  await issuer.publish(api.knex);
  superuser = await api.person({ username: 'superuser', superuser: true });
});
test.after.always(() => api.close());

for (const { method, path, also = [], operation, responses } of meEndpoints) {
  const done = Number(Object.keys(responses)[0]);
  for (const spelled of [path, ...also]) {
    test(`${method.toUpperCase()} ${spelled} takes what it says it takes`, async (t) => {
      const call = async (scope?: string) => {
        const as = scope === undefined ? undefined : `Bearer ${await issuer.token(superuser, scope)}`;
        const wishes = { method: method.toUpperCase(), ...(as && { as }) };
        const response = await api.fetch(spelled.replace('{id}', '999999'), wishes);
        await response.arrayBuffer();
        return response.status;
      };
      t.is(await call(), operation.anonymous ? done : 401);
      t.is(await call('openid r:delete:stock'), operation.anonymous ? done : 403);
      for (const scope of operation.scopes) t.true([200, 201, 204, 400, 404].includes(await call(scope)), scope);
    });
  }
}

test('no two endpoints have one name', (t) => {
  const names = meEndpoints.map(({ operationId }) => operationId);
  t.is(new Set(names).size, names.length);
});
