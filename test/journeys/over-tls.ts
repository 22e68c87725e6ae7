import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';

/** An https address on this machine, as a proxy before a server gives it one. Nobody vouches for its certificate. */
export async function overTls(t: { teardown(end: () => void): void }): Promise<{
  readonly url: string;
  /** Says which server stands behind it. */
  leadTo(origin: string): void;
}> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], { keyType: 'ec' });
  let target = '';
  const proxy = createServer({ key, cert }, (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers, socket } = incoming;
    const forwarded = { ...headers, 'x-forwarded-for': socket.remoteAddress, 'x-forwarded-proto': 'https' };
    const onward = request(new URL(url, target), { method, headers: forwarded }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  t.teardown(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    leadTo: (origin) => {
      target = origin;
    },
  };
}
