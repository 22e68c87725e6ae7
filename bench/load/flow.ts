import { createHash } from 'node:crypto';
import type { Request } from 'autocannon';
import type { Failing, Flow } from './shots.ts';

interface Held {
  code?: string;
  refreshToken?: string;
}

/** One for all: what a verifier costs a client is not what is measured. */
const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');

/** Code, tokens, and new tokens for the refresh token. */
export function authorizing(flow: Flow, failing: Failing): Request[] {
  const query = new URLSearchParams({
    client_id: flow.clientId,
    redirect_uri: flow.redirectUri,
    response_type: 'code',
    scope: flow.scope,
    state: 'measuring',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const path = `${flow.authorize}?${query}`;
  let n = 0;
  return [
    {
      method: 'GET',
      path,
      setupRequest: (request) => ({
        ...request,
        path,
        headers: { cookie: flow.browsers[n++ % flow.browsers.length] ?? '' },
      }),
      onResponse: (status, body, context, headers) => {
        const location = String(headersOf(headers).location ?? '');
        const code = URL.parse(location)?.searchParams.get('code');
        if (!code) failing(status, `no code, but ${location} ${body}`);
        (context as Held).code = code ?? 'none';
      },
    },
    redeeming(flow, failing),
    {
      ...exchanging(flow, failing),
      setupRequest: (request, context) => refresh(request, flow, (context as Held).refreshToken),
    },
  ];
}

/** New tokens for the refresh token of before, which rotates. All connections draw from `tokens`, and put back what they got. */
export function refreshing(flow: Flow, tokens: string[], failing: Failing): Request[] {
  return [
    {
      ...exchanging(flow, failing),
      setupRequest: (request) => refresh(request, flow, tokens.pop()),
      onResponse(status, body) {
        if (status >= 400) failing(status, body);
        else tokens.push(tokenIn(body));
      },
    },
  ];
}

function redeeming(flow: Flow, failing: Failing): Request {
  return {
    ...exchanging(flow, failing),
    setupRequest: (request, context) => ({
      ...request,
      path: flow.token,
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: flow.clientId,
        redirect_uri: flow.redirectUri,
        code: (context as Held).code ?? '',
        code_verifier: verifier,
      }).toString(),
    }),
  };
}

const exchanging = ({ token }: Flow, failing: Failing): Request => ({
  method: 'POST',
  path: token,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  onResponse: (status, body, context) => {
    if (status >= 400) failing(status, body);
    else (context as Held).refreshToken = tokenIn(body);
  },
});

const refresh = (request: Request, { clientId, token }: Flow, refreshToken = ''): Request => ({
  ...request,
  path: token,
  body: new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: refreshToken,
  }).toString(),
});

const tokenIn = (body: string): string => (JSON.parse(body) as { refresh_token: string }).refresh_token;

const headersOf = (headers: object | undefined): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
