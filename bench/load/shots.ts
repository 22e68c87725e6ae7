import type { Request } from 'autocannon';
import { authorizing, refreshing } from './flow.ts';

/** The requests that a load is made of. */
export type Shot =
  /** These addresses, one after the other. */
  | { readonly kind: 'paths'; readonly paths: readonly string[] }
  /** One body, a form or JSON, again and again. */
  | { readonly kind: 'body'; readonly path: string; readonly body: string }
  /** JSON in which `«n»` is another number each time, from `from` on. */
  | { readonly kind: 'numbered'; readonly path: string; readonly body: string; readonly from: number }
  /** Basic authentication as somebody else from somewhere else each time, so that nothing is remembered of it. */
  | { readonly kind: 'signIns'; readonly path: string; readonly people: number; readonly password: string }
  /** The sign-in page's form, sent as somebody else from somewhere else each time. */
  | {
      readonly kind: 'signInForms';
      readonly path: string;
      readonly people: number;
      readonly fields: Readonly<Record<string, string>>;
      readonly headers: Readonly<Record<string, string>>;
    }
  /** A free slot each time: the bookables in turn, then the next day. */
  | {
      readonly kind: 'slots';
      readonly path: string;
      readonly bookables: readonly number[];
      readonly start: number;
      readonly from: number;
    }
  /** Authorization code with PKCE, its redemption, and one refresh, in browsers that are signed in, one after the other. */
  | { readonly kind: 'flow'; readonly flow: Flow }
  /** Each connection refreshes again and again, beginning with a token of these. */
  | { readonly kind: 'refresh'; readonly flow: Flow; readonly tokens: readonly string[] };

/** A public client of an identity provider. */
export interface Flow {
  readonly authorize: string;
  readonly token: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  /** Cookies of each browser that is signed in. */
  readonly browsers: readonly string[];
}

/** Hears of answers that were no success. */
export type Failing = (status: number, body: string) => void;

/** Names of people who sign in. */
export const guest = (n: number): string => `guest${n}`;

const addressOf = (n: number): string => `10.9.${n >> 8}.${n % 256}`;

const day = 86_400_000;

/** A shot as autocannon takes it. */
export function shots(shot: Shot, failing: Failing): Request[] {
  const onResponse = (status: number, body: string) => {
    if (status >= 400) failing(status, body);
  };
  switch (shot.kind) {
    case 'paths':
      return shot.paths.map((path) => ({ path, onResponse }));
    case 'body':
      return [{ method: 'POST', path: shot.path, body: shot.body, onResponse }];
    case 'numbered': {
      let n = shot.from;
      const next = () => shot.body.replaceAll('«n»', () => String(n++));
      const { path } = shot;
      return [{ method: 'POST', path, onResponse, setupRequest: (request) => ({ ...request, path, body: next() }) }];
    }
    case 'signIns': {
      const { path, people, password } = shot;
      let n = Math.floor(Math.random() * people);
      const next = () => {
        n = (n + 1) % people;
        const credentials = Buffer.from(`${guest(n)}:${password}`).toString('base64');
        return { authorization: `Basic ${credentials}`, 'x-forwarded-for': addressOf(n) };
      };
      return [{ path, onResponse, setupRequest: (request) => ({ ...request, path, headers: next() }) }];
    }
    case 'signInForms': {
      const { path, people, fields } = shot;
      let n = Math.floor(Math.random() * people);
      const next = () => {
        n = (n + 1) % people;
        return {
          headers: { ...shot.headers, 'x-forwarded-for': addressOf(n) },
          body: new URLSearchParams({ ...fields, username: guest(n) }).toString(),
        };
      };
      return [{ method: 'POST', path, onResponse, setupRequest: (request) => ({ ...request, path, ...next() }) }];
    }
    case 'slots': {
      const { path, bookables } = shot;
      let n = shot.from;
      const next = () => {
        const start = shot.start + Math.floor(n / bookables.length) * day;
        const bookable = bookables[n % bookables.length];
        n++;
        const [from, to] = [start, start + day].map((at) => new Date(at).toISOString());
        return JSON.stringify({ bookable, start: from, end: to, comment: 'Measuring' });
      };
      return [{ method: 'POST', path, onResponse, setupRequest: (request) => ({ ...request, path, body: next() }) }];
    }
    case 'flow':
      return authorizing(shot.flow, failing);
    case 'refresh':
      return refreshing(shot.flow, [...shot.tokens], failing);
  }
}
