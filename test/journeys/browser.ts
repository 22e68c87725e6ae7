import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const executable = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Whether there is a browser to drive. CI installs one; elsewhere the journeys that need it say so and skip. */
export const hasBrowser = existsSync(executable);

/**
 * A headless browser with an empty profile; `close` removes it. Without `scripts` it runs none; with `anyCertificate` it
 * takes certificates that nobody vouches for.
 */
export async function openBrowser({
  scripts = true,
  anyCertificate = false,
} = {}): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), 'qm-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable,
    headless: true,
    javaScriptEnabled: scripts,
    ignoreHTTPSErrors: anyCertificate,
    viewport: { width: 1280, height: 800 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const close = async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  };
  return { context, close };
}

/** An application on somebody's own machine: answers on a loopback port and keeps what it was sent back with. */
export async function loopbackApplication() {
  const { promise, resolve } = Promise.withResolvers<URL>();
  const server = createServer((request, response) => {
    response.end('Back in the application.');
    if (!request.url?.startsWith('/favicon')) resolve(new URL(request.url ?? '/', 'http://127.0.0.1'));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { port, sentBack: promise, close: () => server.close() };
}

/** Signs in on the page that is open. */
export async function signIn(page: Page, { username, password }: { username: string; password: string }) {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** What of a page reaches beyond its window, or loads from elsewhere, or broke its policy. */
export async function troublesOf(page: Page, origin: string): Promise<string[]> {
  const troubles: string[] = [];
  // A text: this program's own types know no pages.
  const wide = Number(
    await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
  );
  if (wide > 1) troubles.push(`${page.url()} is ${wide} px wider than its window`);
  const foreign = await page.evaluate(
    (own) => performance.getEntriesByType('resource').flatMap(({ name }) => (name.startsWith(own) ? [] : [name])),
    origin,
  );
  return [...troubles, ...foreign.map((name) => `${page.url()} loads ${name}`)];
}
