import test from 'ava';
import { sha256 } from '../../shared/identity/secrets.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';

let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

async function signedIn({ username, password }: TestPerson): Promise<FormBrowser> {
  const browser = new FormBrowser(q.url);
  await browser.signIn(await browser.open('/accounts/login/'), { username, password });
  return browser;
}

test('the overview says who one is and what one may do', async (t) => {
  const person = await q.person({
    username: 'reader',
    password: 'correct horse',
    firstName: 'Rea',
    lastName: 'Der',
    email: 'rea@lab.example',
    rights: { host: ['view'], stock: ['view', 'add', 'change'] },
  });
  const { html } = await (await signedIn(person)).open('/accounts/');
  for (const text of ['Rea Der', 'rea@lab.example', 'group of reader', 'Member']) t.regex(html, new RegExp(text));
  t.regex(html, /Hosts, their hardware[^<]*<\/dt><dd>View</);
  t.regex(html, /Stock items<\/dt><dd>View, add, change</);
  t.notRegex(html, /Part categories/);
  t.notRegex(html, /\/o\/applications\//);
});

test('one signs out of all other browsers at once', async (t) => {
  const person = await q.person({ username: 'everywhere', password: 'correct horse' });
  const [here, there] = [await signedIn(person), await signedIn(person)];
  t.regex((await here.open('/accounts/')).html, /Signed in at one other browser/);
  const page = await here.open('/accounts/sessions/');
  t.regex(page.html, /This browser/);
  const everywhere = { ...page, html: page.html.slice(page.html.indexOf('</table>')) };
  const after = await here.submit(everywhere);
  t.regex(after.html, /signed out in all other browsers/);
  t.is((await there.open('/accounts/')).url.pathname, '/accounts/login/');
});

test('words on the overview cannot be chosen by whoever makes the link', async (t) => {
  const person = await q.person({ username: 'linked', password: 'correct horse' });
  const browser = await signedIn(person);
  for (const words of ['You+have+won', 'constructor', '__proto__']) {
    t.notRegex((await browser.open(`/accounts/?done=${words}`)).html, /You have won|role="status"/);
  }
});

test('connected applications say what they may do and since when, and disconnecting ends that for this person only', async (t) => {
  const [person, other] = [
    await q.person({ username: 'connector', password: 'correct horse' }),
    await q.person({ username: 'also connected' }),
  ];
  const client_id = 'planner';
  await q.knex('applications').insert({
    client_id,
    name: 'Rack Planner',
    description: 'Draws racks',
    client_type: 'public',
    grant_types: ['authorization_code'],
    allowed_scopes: ['*'],
  });
  for (const { id } of [person, other]) {
    const about = {
      account_id: String(id),
      client_id,
      grant_id: `grant ${id}`,
      expires_at: new Date(Date.now() + 3600_000),
    };
    await q.knex('oidc_artifacts').insert([
      {
        kind: 'Grant',
        id_hash: sha256(`grant ${id}`),
        payload: { openid: { scope: 'g:read r:add:host r:view:host' } },
        ...about,
      },
      { kind: 'AccessToken', id_hash: sha256(`token ${id}`), payload: {}, is_jwt: true, ...about },
    ]);
  }
  const browser = await signedIn(person);
  const page = await browser.open('/accounts/applications/');
  t.regex(page.html, /Rack Planner/);
  t.regex(page.html, /Read everything that you may view/);
  t.regex(page.html, /View and add hosts/);
  t.regex(page.html, /Connected <time datetime="20/);
  const asked = await browser.open('/accounts/applications/planner/revoke/');
  t.regex(asked.html, /Disconnect Rack Planner\?/);
  const after = await browser.submit(asked);
  t.regex(after.html, /No application is connected/);
  t.deepEqual(await q.knex('oidc_artifacts').distinct('account_id').where({ client_id }).pluck('account_id'), [
    String(other.id),
  ]);
  t.truthy(
    await q
      .knex('revocations')
      .where({ token_hash: sha256(`token ${person.id}`) })
      .first(),
  );
  t.is((await q.knex('audit_entries').where({ actor_id: person.id, resource: 'consent', action: 'revoke' })).length, 1);
  t.is((await browser.open('/accounts/applications/planner/revoke/')).status, 404);
});
