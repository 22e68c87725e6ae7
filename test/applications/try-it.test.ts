import test from 'ava';
import { type Running, start } from '../harness/index.ts';
import { hasBrowser, openBrowser, signIn } from '../journeys/browser.ts';

const inBrowser = hasBrowser ? test : { serial: test.serial.skip };
let q: Running;
test.before(async () => {
  q = await start();
});
test.after.always(() => q?.close());

inBrowser.serial(
  'a superuser tries an application out in the browser and sees each step down to a call of the API',
  async (t) => {
    await q.person({ username: 'chief', password: 'correct horse', superuser: true });
    const [{ id }] = await q
      .knex('applications')
      .insert({
        client_id: 'planner',
        name: 'Rack Planner',
        client_type: 'public',
        grant_types: ['authorization_code'],
        redirect_uris: ['https://planner.example/cb'],
        allowed_scopes: ['openid', 'profile', 'g:read'],
      })
      .returning('id');
    const { context, close } = await openBrowser();
    t.teardown(close);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${q.url}/accounts/login/`);
    await signIn(page, { username: 'chief', password: 'correct horse' });
    await page.goto(`${q.url}/o/applications/${id}/`);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/application.png`, fullPage: true });
    await page.getByRole('link', { name: 'Try it' }).click();
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/try.png`, fullPage: true });
    await page.getByRole('button', { name: 'Go there' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('heading', { name: 'Step 5' }).waitFor();
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/answer.png`, fullPage: true });
    const said = await page.locator('main').innerText();
    t.regex(said, /"typ": "at\+jwt"/);
    t.regex(said, /"preferred_username": "chief"/);
    t.false(page.url().includes('code='), 'the code is not left in the address');
    t.deepEqual(complaints, []);
    for (const path of ['update/', 'secrets/add/', 'logo/']) {
      if (!process.env.SHOTS) break;
      await page.goto(`${q.url}/o/applications/${id}/${path}`);
      await page.screenshot({ path: `${process.env.SHOTS}/${path.replaceAll('/', '-')}.png`, fullPage: true });
    }
  },
);

test.serial('nobody else is sent to the page that tries applications out', async (t) => {
  const redirect_uri = `${q.url}/o/applications/try/`;
  const query = new URLSearchParams({ client_id: 'planner', response_type: 'code', redirect_uri, scope: 'g:read' });
  const answer = await q.fetch(`/o/authorize/?${query}`, { headers: { accept: 'text/html' } });
  t.is(answer.status, 400);
});
