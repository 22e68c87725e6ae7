import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../shared/config.ts';
import { sha256 } from '../shared/identity/secrets.ts';
import { closeServices, openServices } from '../shared/services.ts';
import { makePerson } from '../test/harness/people.ts';
import { startProcess } from '../test/harness/service-process.ts';
import { environmentOf } from '../test/harness/start.ts';

// `node bench/revocation.ts [tries]`: how long a revoked access token goes on opening the API, from the answer of
// /o/revoke_token/ to the first refusal of the slower one of two api processes. Its figures go to bench/revocation.json.

const tries = Number(process.argv[2] ?? 200);
const dataDir = join(tmpdir(), `quartermaster-bench-${process.pid}`);
const services = await openServices(loadConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'error' }), { role: 'bench' });
const env = environmentOf(services.config);
const [idp, ...apis] = await Promise.all(
  ['idp/main.ts', 'api/main.ts', 'api/main.ts'].map((m) => startProcess(m, env)),
);
try {
  const { clientId, headers } = await application();
  const post = (path: string, fields: Record<string, string>) =>
    fetch(`${idp?.url}${path}`, { method: 'POST', headers, body: new URLSearchParams(fields) });

  /** Milliseconds until this process refuses the token; it is asked again and again without a pause. */
  const untilRefused = async (api: string, token: string): Promise<number> => {
    const begun = performance.now();
    for (;;) {
      const response = await fetch(`${api}/api/auth-test`, { headers: { authorization: `Bearer ${token}` } });
      await response.arrayBuffer();
      if (response.status === 401) return performance.now() - begun;
    }
  };

  const times: number[] = [];
  for (let n = 0; n < tries; n++) {
    const issued = await post('/o/token/', { grant_type: 'client_credentials', scope: 'g:read' });
    const { access_token: token } = (await issued.json()) as { access_token: string };
    for (const { url } of apis) {
      const warm = await fetch(`${url}/api/auth-test`, { headers: { authorization: `Bearer ${token}` } });
      if (warm.status !== 200) throw new Error(`a fresh token is answered by ${warm.status}: ${await warm.text()}`);
      await warm.arrayBuffer();
    }
    const revoked = await post('/o/revoke_token/', { token });
    if (revoked.status !== 200) throw new Error(`${clientId} could not revoke: ${revoked.status}`);
    times.push(Math.max(...(await Promise.all(apis.map(({ url }) => untilRefused(url, token))))));
  }

  times.sort((a, b) => a - b);
  const at = (share: number) => Number((times[Math.ceil(times.length * share) - 1] ?? Number.NaN).toFixed(2));
  const figures = {
    what: 'milliseconds from the answer of /o/revoke_token/ to the first refusal in the slower of two api processes',
    tries,
    processes: apis.length,
    p50: at(0.5),
    p99: at(0.99),
    slowest: at(1),
    node: process.version,
    processor: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    day: new Date().toISOString().slice(0, 10),
  };
  await writeFile(join(import.meta.dirname, 'revocation.json'), `${JSON.stringify(figures, null, 2)}\n`);
  console.log(figures);
} finally {
  await Promise.all([idp, ...apis].map((one) => one?.close()));
  await closeServices(services);
  await rm(dataDir, { recursive: true, force: true });
}

/** An application that gets tokens for itself, and the header that proves it. */
async function application() {
  const { knex } = services;
  const robot = await makePerson(knex, { username: 'robot', service: true });
  const [clientId, secret] = ['revoked', randomBytes(32).toString('base64url')];
  const [{ id }] = await knex('applications')
    .insert({
      client_id: clientId,
      name: 'Revoked',
      client_type: 'confidential',
      grant_types: ['client_credentials'],
      allowed_scopes: ['g:read'],
      service_user_id: robot.id,
    })
    .returning('id');
  await knex('application_secrets').insert({ application_id: id, secret_hash: sha256(secret) });
  const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
  return { clientId, headers: { authorization } };
}
