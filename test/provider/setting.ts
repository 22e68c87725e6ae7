import { createHash, randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createIdp } from '../../idp/app.ts';
import type { GivenConfig } from '../../shared/config.ts';
import { sha256 } from '../../shared/identity/secrets.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { freshServices } from '../harness/index.ts';
import { makePerson, type PersonWishes, type TestPerson } from '../harness/people.ts';

export const defaultClientId = 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6';
export const loopback = 'http://localhost:29170';

/** What the token endpoint answers. */
export interface TokenAnswer {
  readonly status: number;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly scope: string;
  readonly expires_in: number;
  readonly token_type: string;
  readonly error?: string;
  readonly error_description?: string;
}

/** An application that a test registered, as whoever uses it knows it. */
export interface TestApplication {
  readonly id: number;
  readonly clientId: string;
  /** Empty for a public one. */
  readonly secret: string;
}

/** An identity provider on a free port and a database of its own. */
export class Setting {
  readonly url: string;
  readonly services: Services;
  readonly #closeServer: () => Promise<void>;

  private constructor(url: string, services: Services, closeServer: () => Promise<void>) {
    this.url = url;
    this.services = services;
    this.#closeServer = closeServer;
  }

  static async open(config: Partial<GivenConfig> = {}, logged?: (line: string) => void): Promise<Setting> {
    let answer: RequestListener = () => {};
    const server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const services = await freshServices({ publicUrl: url, ...config }, logged);
    answer = (await createIdp(services)).callback();
    return new Setting(url, services, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
  }

  async close(): Promise<void> {
    await this.#closeServer();
    await closeServices(this.services);
  }

  get knex() {
    return this.services.knex;
  }

  person(wishes: PersonWishes): Promise<TestPerson> {
    return makePerson(this.knex, { password: 'a long password', ...wishes });
  }

  /** Registers an application; one with a secret when it is confidential. */
  async application(wishes: Record<string, unknown> = {}): Promise<TestApplication> {
    const clientId = `test-${randomBytes(6).toString('hex')}`;
    const [row] = await this.knex('applications')
      .insert({
        client_id: clientId,
        name: 'Rack planner',
        client_type: 'confidential',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['https://planner.example/cb'],
        allowed_scopes: ['*'],
        ...wishes,
      })
      .returning(['id', 'client_type']);
    if (row.client_type === 'public') return { id: row.id, clientId, secret: '' };
    return { id: row.id, clientId, secret: await this.secretFor(row.id) };
  }

  async secretFor(applicationId: number, wishes: Record<string, unknown> = {}): Promise<string> {
    const secret = randomBytes(32).toString('base64url');
    await this.knex('application_secrets').insert({
      application_id: applicationId,
      secret_hash: sha256(secret),
      ...wishes,
    });
    return secret;
  }

  /** Sends a form to a path below `/o`; a confidential application authenticates with Basic. */
  async form<T = TokenAnswer>(
    path: string,
    fields: Record<string, string> | [string, string][],
    application?: TestApplication,
    more: Record<string, string> = {},
  ): Promise<T & { status: number; headers: Headers }> {
    const response = await fetch(`${this.url}/o${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: {
        ...more,
        ...(application?.secret && {
          authorization: `Basic ${Buffer.from(`${application.clientId}:${application.secret}`).toString('base64')}`,
        }),
      },
    });
    const text = await response.text();
    return { ...(text ? JSON.parse(text) : {}), status: response.status, headers: response.headers };
  }

  /** How revocations and records name a token. */
  hash(jti: string): Buffer {
    return sha256(jti);
  }

  browser(): FormBrowser {
    return new FormBrowser(this.url);
  }

  /** The address that starts an authorization, and the verifier that ends it. */
  authorization(parameters: Record<string, string> = {}): { address: string; verifier: string } {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: defaultClientId,
      redirect_uri: loopback,
      response_type: 'code',
      scope: 'openid g:read',
      state: 'some state',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...parameters,
    });
    return { address: `${this.url}/o/authorize/?${query}`, verifier };
  }

  /** Goes through sign-in and consent. @returns the code, and where the browser was sent with it */
  async code(
    person: TestPerson,
    parameters: Record<string, string> = {},
    browser = this.browser(),
  ): Promise<{ code: string; verifier: string; landed: URL; browser: FormBrowser }> {
    const { address, verifier } = this.authorization(parameters);
    let page = await browser.open(address);
    if (page.url.pathname === '/accounts/login/') page = await browser.signIn(page, person);
    if (page.html.includes('name="decision"')) page = await browser.submit(page, { decision: 'allow' });
    const code = page.url.searchParams.get('code');
    if (!code) throw new Error(`No code, but ${page.status} at ${page.url}: ${page.html}`);
    return { code, verifier, landed: page.url, browser };
  }

  redeem(
    { code, verifier }: { code: string; verifier: string },
    { application, redirectUri = loopback }: { application?: TestApplication; redirectUri?: string } = {},
  ) {
    return this.form(
      '/token/',
      {
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: redirectUri,
        ...(!application?.secret && { client_id: application?.clientId ?? defaultClientId }),
      },
      application,
    );
  }

  /** The whole way to tokens of the default application. */
  async tokens(person: TestPerson, parameters: Record<string, string> = {}) {
    return this.redeem(await this.code(person, parameters));
  }

  refresh(refreshToken: string, more: Record<string, string> = {}) {
    return this.form('/token/', {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: defaultClientId,
      ...more,
    });
  }
}

/** What a JWT says, unverified. */
export function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
}
