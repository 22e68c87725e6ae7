import { type Issuer, issuers, refreshTokens } from '../identity.ts';
import type { Load } from '../load/load.ts';
import { compare } from '../measure/compare.ts';
import { type Bench, type Outcome, type Row, ratio, under } from '../row.ts';
import { textAt } from '../same-bytes.ts';

type Making = (issuer: Issuer) => Promise<() => Omit<Load, 'url'> | Promise<Omit<Load, 'url'>>>;

/** A row that puts the identity provider beside the library alone. */
const besideLibrary = (name: string, about: string, atLeast: number, making: Making): Row => ({
  name,
  about: `${about}, to oidc-provider alone on its in-memory adapter`,
  async run(bench: Bench): Promise<Outcome> {
    const { ours, bare, close } = await issuers(await bench.stage(bench.hosts));
    try {
      const subjects = await Promise.all(
        [ours, bare].map(async (issuer) => {
          const load = await making(issuer);
          const url = issuer.url;
          return { name: issuer.name, pid: issuer.server.child.pid, load: async () => ({ url, ...(await load()) }) };
        }),
      );
      const measured = await compare(name, subjects, bench);
      const [idp, library] = measured as [never, never];
      return { figures: [ratio('to the library alone', idp, library, { atLeast })], measured: under(name, measured) };
    } finally {
      await close();
    }
  },
});

const grant = 'grant_type=client_credentials&scope=g%3Aread';

export const token = besideLibrary(
  'token',
  'an access token for client credentials, with its record and audit row',
  0.6,
  async ({ paths, machine }) => {
    const shot = { kind: 'body', path: paths.token, body: grant } as const;
    return () => ({ headers: machine, shot });
  },
);

export const refresh = besideLibrary(
  'refresh',
  'new tokens for a refresh token, which rotates',
  0.6,
  async (issuer) => async () => ({
    shot: { kind: 'refresh', flow: issuer.flow, tokens: await refreshTokens(issuer, 32) },
  }),
);

export const flow = besideLibrary(
  'flow',
  'code with PKCE, tokens and a refresh in browsers that are signed in, three requests',
  0.6,
  async (issuer) => () => ({ shot: { kind: 'flow', flow: issuer.flow } }),
);

export const introspect = besideLibrary(
  'introspect',
  'asking about an access token',
  0.5,
  async ({ url, paths, machine, introspected }) => {
    const given = JSON.parse(await textAt(url + paths.token, machine, introspected)) as { access_token: string };
    const body = new URLSearchParams({ token: given.access_token }).toString();
    const said = JSON.parse(await textAt(url + paths.introspect, machine, body)) as { active: boolean };
    if (!said.active) throw new Error('The token that is asked about is not active');
    return () => ({ headers: machine, shot: { kind: 'body', path: paths.introspect, body } });
  },
);
