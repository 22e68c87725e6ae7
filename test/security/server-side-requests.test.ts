import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { generateKeyPair, SignJWT } from 'jose';
import { Setting } from '../provider/setting.ts';

// The class: CVE-2026-56739. An address that somebody registered makes the server call nobody in its own network.

let calls = 0;
const listen = async (): Promise<Server> => {
  const server = createServer((_, response) => {
    calls++;
    response.end('{"keys":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return server;
};
const portOf = (server: Server) => (server.address() as AddressInfo).port;
const [inside, named] = await Promise.all([listen(), listen()]);
const q = await Setting.open({ privateHosts: [`127.0.0.1:${portOf(named)}`] });
const robot = await q.person({ username: 'robot', service: true });
const { privateKey } = await generateKeyPair('ES256');
test.after.always(async () => {
  for (const server of [inside, named]) server.close();
  await q.close();
});

/** Has the provider read an application's keys from an address. @returns how many requests came, and what it answered */
async function callsTo(jwks_uri: string): Promise<{ came: number; error: string | undefined }> {
  const { clientId } = await q.application({
    auth_method: 'private_key_jwt',
    jwks_uri,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    service_user_id: robot.id,
  });
  const client_assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(`${q.url}/o`)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(privateKey);
  const before = calls;
  const { error } = await q.form('/token/', {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion,
  });
  return { came: calls - before, error };
}

test.serial('no spelling of an address inside makes the server call it', async (t) => {
  for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '0.0.0.0', '[::1]', '[::ffff:127.0.0.1]']) {
    t.deepEqual(await callsTo(`http://${host}:${portOf(inside)}/keys`), { came: 0, error: 'invalid_client' }, host);
  }
});

test.serial('a host that the configuration names is called, at that port only', async (t) => {
  t.is((await callsTo(`http://127.0.0.1:${portOf(named)}/keys`)).came, 1);
  t.is((await callsTo(`http://127.0.0.1:${portOf(inside)}/keys`)).came, 0);
});
