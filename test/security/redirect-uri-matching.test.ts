import test from 'ava';
import { Setting } from '../provider/setting.ts';

// The class: CVE-2023-6291, CVE-2024-1132, CVE-2024-8883, CVE-2024-52289. What the default application may and may not
// use is listed in test/provider/redirect-uris.test.ts; here are the ways in which a registered address was stretched.

const registered = 'https://planner.example/app/cb?tenant=1';
const q = await Setting.open();
const { clientId } = await q.application({ redirect_uris: [registered, 'https://plan.er.example/cb'] });
test.after.always(() => q.close());

const ask = (redirect_uri: string) =>
  fetch(q.authorization({ client_id: clientId, redirect_uri }).address, {
    redirect: 'manual',
    headers: { accept: 'text/html' },
  });

test('the registered address works', async (t) => {
  t.is((await ask(registered)).status, 303);
});

for (const [how, uri] of Object.entries({
  'a path behind it': 'https://planner.example/app/cb/../../evil?tenant=1',
  'an encoded path behind it': 'https://planner.example/app/cb/%2e%2e/evil?tenant=1',
  'another query': 'https://planner.example/app/cb?tenant=2',
  'one more parameter': `${registered}&next=https://evil.example`,
  'without its query': 'https://planner.example/app/cb',
  'with a fragment': `${registered}#x`,
  'with a port': 'https://planner.example:443/app/cb?tenant=1',
  'with a user': 'https://planner.example@evil.example/app/cb?tenant=1',
  'a domain above it': 'https://evil.planner.example/app/cb?tenant=1',
  'a domain that begins like it': 'https://planner.example.evil.example/app/cb?tenant=1',
  'another letter for a dot': 'https://planxer.example/cb',
  'upper case': 'https://PLANNER.example/app/cb?tenant=1',
  'plain http': 'http://planner.example/app/cb?tenant=1',
  'a full-width dot': 'https://planner。example/app/cb?tenant=1',
  'two of them': `${registered} https://evil.example/`,
  'a wildcard': 'https://planner.example/*',
})) {
  test(`a registered address is not stretched: ${how}`, async (t) => {
    const answer = await ask(uri);
    t.is(answer.status, 400);
    t.is(answer.headers.get('location'), null);
    t.notRegex(await answer.text(), /http-equiv|<form[^>]* action="(?!\/[^/])/);
  });
}
