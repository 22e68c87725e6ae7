import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, type Listening, listening, type Programs } from './programs.ts';

export interface Services {
  readonly idp: readonly string[];
  readonly api: readonly string[];
}

/** haproxy before several processes of each service: it asks each whether it is ready, and gives requests in turns. */
export interface Proxy extends Listening {
  readonly url: string;
}

const idpPaths = [
  '/o/',
  '/accounts/',
  '/api_tokens/',
  '/admin/',
  '/assets/',
  '/.well-known/oauth-authorization-server',
];

/** The port is chosen before the services start: tokens are issued for it. */
export async function reservePort(): Promise<{ port: number; url: string }> {
  const port = await freePort();
  return { port, url: `http://127.0.0.1:${port}` };
}

export async function openProxy(
  { haproxy }: Programs,
  home: string,
  { port, url }: { port: number; url: string },
  services: Services,
): Promise<Proxy> {
  const backend = (name: keyof Services) => [
    `backend ${name}`,
    '  balance roundrobin',
    '  option httpchk GET /readyz',
    '  default-server check inter 300ms fall 2 rise 1',
    // Who asked a process that died is answered by the next; what may have been done is not done twice.
    '  retries 3',
    '  option redispatch 1',
    '  retry-on conn-failure empty-response',
    '  http-request disable-l7-retry if !METH_GET',
    ...services[name].map((address, n) => `  server ${name}${n + 1} ${new URL(address).host}`),
  ];
  const settings = [
    'global',
    '  maxconn 1000',
    'defaults',
    '  mode http',
    '  timeout connect 2s',
    '  timeout client 65s',
    '  timeout server 65s',
    '  option forwardfor',
    'frontend lab',
    `  bind 127.0.0.1:${port}`,
    `  use_backend idp if { path_beg ${idpPaths.join(' ')} }`,
    '  default_backend api',
    ...backend('idp'),
    ...backend('api'),
  ];
  const file = join(home, 'haproxy.cfg');
  await writeFile(file, `${settings.join('\n')}\n`);
  return { url, ...(await listening(haproxy, ['-db', '-f', file], port)) };
}
