import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { start } from '../harness/index.ts';
import { hasBrowser, openBrowser, signIn } from './browser.ts';

const inBrowser = hasBrowser ? test : test.skip;

for (const scripts of [true, false]) {
  inBrowser(
    `an application has its code posted, ${scripts ? 'by itself' : 'by a button without scripts'}`,
    async (t) => {
      const q = await start();
      t.teardown(() => q.close());
      const posted = Promise.withResolvers<URLSearchParams>();
      const server = createServer(async (request, response) => {
        if (request.method === 'POST') {
          posted.resolve(new URLSearchParams(Buffer.concat(await Array.fromAsync(request)).toString()));
        }
        response.end('Back in the application.');
      });
      t.teardown(() => {
        server.closeAllConnections();
        server.close();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const ada = await q.person({ username: 'ada', password: 'a long password' });
      const { context, close } = await openBrowser({ scripts });
      t.teardown(close);
      const tab = await context.newPage();
      const asked = new URLSearchParams({
        client_id: 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6',
        redirect_uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
        response_type: 'code',
        response_mode: 'form_post',
        state: 'over-there',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      });
      await tab.goto(`${q.url}/o/authorize/?${asked}`);
      await signIn(tab, ada);
      await tab.getByRole('button', { name: 'Allow' }).click();
      if (!scripts) await tab.getByRole('button', { name: 'Continue' }).click();
      const answer = await posted.promise;
      t.truthy(answer.get('code'));
      t.is(answer.get('state'), 'over-there');
      t.is(answer.get('iss'), `${q.url}/o`);
    },
  );
}
