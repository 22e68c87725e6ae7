import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserPage, FormBrowser } from '../harness/form-browser.ts';
import type { TestPerson } from '../harness/people.ts';

/** An application on a person's own computer, listening where its code is to be sent (RFC 8252 §7.3). */
export interface LoopbackClient {
  readonly redirectUri: string;
  /** Has the person open an address, sign in and allow it. @returns the address that came in at the listener */
  letIn(browser: FormBrowser, address: string | URL, person: TestPerson): Promise<URL>;
  close(): void;
}

/**
 * Listens on a random port: at the bare origin, as InvenTree's Python client does, or at `/`, as clients need whose
 * redirect URI goes through a URL parser.
 */
export async function loopbackClient(path: '' | '/' = ''): Promise<LoopbackClient> {
  const arrived: string[] = [];
  const server = createServer((incoming, response) => {
    arrived.push(incoming.url ?? '');
    response.end('You can close this page.');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const redirectUri = `http://localhost:${(server.address() as AddressInfo).port}${path}`;
  return {
    redirectUri,
    async letIn(browser, address, person) {
      let page: BrowserPage = await browser.open(String(address));
      if (page.url.pathname === '/accounts/login/') page = await browser.signIn(page, person);
      if (page.html.includes('name="decision"')) page = await browser.submit(page, { decision: 'allow' });
      await fetch(String(page.url).replace('//localhost:', '//127.0.0.1:'));
      const [request] = arrived.splice(0);
      if (!request) throw new Error(`Nothing arrived; the browser stands at ${page.url}: ${page.html}`);
      return new URL(request, redirectUri);
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Asks again and again until an answer has this status. @returns milliseconds that it took */
export async function untilStatus(status: number, ask: () => Promise<Response>, patience = 5000): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const answer = await ask();
    await answer.arrayBuffer();
    const taken = performance.now() - begun;
    if (answer.status === status) return taken;
    if (taken > patience) throw new Error(`Still ${answer.status} after ${patience} ms`);
  }
}
