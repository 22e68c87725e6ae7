import { setTimeout } from 'node:timers/promises';

/** A page that a {@link FormBrowser} stands on. */
export interface BrowserPage {
  /** Where it stands; an address of another site when a redirect led there (that site is not asked for anything). */
  readonly url: URL;
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
}

interface Cookie {
  readonly value: string;
  readonly path: string;
}

/** A browser without pictures and scripts: it keeps cookies, follows redirects on one site, and fills in forms. */
export class FormBrowser {
  /** Milliseconds that it waits before it follows a redirect. */
  pause = 0;
  /** The languages that it prefers, as `Accept-Language` says them. */
  languages = '*';
  readonly #origin: string;
  readonly #cookies = new Map<string, Cookie>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Opens an address and follows redirects until a page, or until one leads to another site. */
  open(address: string): Promise<BrowserPage> {
    return this.#go(new URL(address, this.#origin));
  }

  /** Sends the page's form that is not the frame's sign-out form, with its hidden fields, `fields` (a list: ticked boxes) and the button's value. */
  submit(page: BrowserPage, fields: Record<string, string | readonly string[]> = {}): Promise<BrowserPage> {
    const form = [...page.html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].find(
      ([, attributes = '']) => !/"(bar|focus)-person"/.test(attributes),
    );
    if (!form) throw new Error(`There is no form on ${page.url}: ${page.html.slice(0, 2000)}`);
    const [, attributes = '', inside = ''] = form;
    const hidden = [...inside.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)].map(
      ([input]) => [attribute(input, 'name'), attribute(input, 'value')] as [string, string],
    );
    const values = Object.entries({ ...Object.fromEntries(hidden), ...fields });
    const body = new URLSearchParams(
      values.flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, each])),
    );
    return this.#go(new URL(attribute(attributes, 'action') || page.url, page.url), body);
  }

  /** Signs in on the sign-in page. */
  signIn(page: BrowserPage, { username, password }: { username: string; password: string }): Promise<BrowserPage> {
    return this.submit(page, { username, password });
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name)?.value;
  }

  async #go(url: URL, body?: URLSearchParams, hops = 0): Promise<BrowserPage> {
    if (hops > 20) throw new Error(`Redirected in circles, at last to ${url}`);
    const response = await fetch(url, {
      redirect: 'manual',
      ...(body && { method: 'POST', body }),
      headers: {
        accept: 'text/html,application/xhtml+xml',
        'accept-language': this.languages,
        cookie: this.cookiesFor(url.pathname),
        ...(body && { origin: this.#origin, 'sec-fetch-site': 'same-origin' }),
      },
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line, url.pathname);
    const html = await response.text();
    const location = response.headers.get('location');
    if (!location) return { url, status: response.status, html, headers: response.headers };
    const next = new URL(location, url);
    if (next.origin !== this.#origin)
      return { url: next, status: response.status, html: '', headers: response.headers };
    if (this.pause > 0) await setTimeout(this.pause);
    return this.#go(next, undefined, hops + 1);
  }

  /** The cookies that a request to a path carries. */
  cookiesFor(path: string): string {
    return [...this.#cookies]
      .filter(([, cookie]) => path.startsWith(cookie.path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  }

  #keep(line: string, requestPath: string): void {
    const [pair = '', ...flags] = line.split(/; */);
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const path = flags.find((flag) => /^path=/i.test(flag))?.slice(5) ?? requestPath;
    const expires = flags.find((flag) => /^expires=/i.test(flag))?.slice(8);
    if (value === '' || (expires && Date.parse(expires) < Date.now())) this.#cookies.delete(name);
    else this.#cookies.set(name, { value, path });
  }
}

function attribute(tag: string, name: string): string {
  return (new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
