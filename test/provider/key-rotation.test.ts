import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { atConsole } from '../../shared/audit.ts';
import { sha256 } from '../../shared/identity/secrets.ts';
import { listSigningKeys } from '../../shared/signing-keys/read.ts';
import { replaceSigningKeys, rotateSigningKeys, tendSigningKeys } from '../../shared/signing-keys/rotate.ts';
import { type Running, runProcess, type ServiceProcess, start, startProcess } from '../harness/index.ts';
import { environmentOf } from '../harness/start.ts';

let q: Running;
let otherIdp: ServiceProcess;
let basic: string;
test.before(async () => {
  q = await start({ api: 1 });
  otherIdp = await startProcess('idp/main.ts', environmentOf(q.services.config));
  const robot = await q.person({ username: 'robot', service: true, rights: { host: ['view'] } });
  await q.bearerFor(robot, ['g:read']);
  const [{ client_id }] = await q.knex('applications').where({ service_user_id: robot.id }).select('client_id');
  await q.knex('application_secrets').update({ secret_hash: sha256('a known secret') });
  basic = `Basic ${Buffer.from(`${client_id}:a known secret`).toString('base64')}`;
});
test.after.always(async () => {
  await otherIdp?.close();
  await q?.close();
});

/** Minutes pass for the keys, and for whoever asks `clock`. */
let clock = 0;
async function pass(seconds: number): Promise<void> {
  clock += seconds;
  await q.knex('signing_keys').update({ state_since: q.knex.raw('state_since - make_interval(secs => ?)', [seconds]) });
}

/** A resource server of somebody else's that keeps the published keys exactly as long as it may. */
class Verifier {
  #keys: ReturnType<typeof createLocalJWKSet> | null = null;
  #until = 0;

  async accepts(token: string): Promise<boolean> {
    if (!this.#keys || clock >= this.#until) {
      const answer = await q.fetch('/o/.well-known/jwks.json');
      const maxAge = Number(/max-age=(\d+)/.exec(answer.headers.get('cache-control') ?? '')?.[1]);
      this.#keys = createLocalJWKSet((await answer.json()) as JSONWebKeySet);
      this.#until = clock + maxAge;
    }
    return jwtVerify(token, this.#keys, { issuer: `${q.url}/o`, typ: 'at+jwt' }).then(
      () => true,
      () => false,
    );
  }
}

async function tokenFrom(idp: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'g:read' });
  const answer = await q.json<{ access_token: string }>(`${idp}/o/token/`, {
    method: 'POST',
    body,
    headers: { authorization: basic },
  });
  return answer.body.access_token;
}

const statuses = (token: string) =>
  Promise.all(q.apis.map(async (api) => (await q.fetch(`${api}/api/auth-test`, { as: token })).status));

const kidOf = (token: string) => decodeProtectedHeader(token).kid;

/** Waits until all processes sign with this key. */
async function untilSignedWith(kids: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 200; tries++, await sleep(50)) {
    const tokens = await Promise.all([tokenFrom(q.url), tokenFrom(otherIdp.url)]);
    if (tokens.every((token) => kids.includes(kidOf(token) ?? ''))) return;
  }
  throw new Error('a process still signs with another key');
}

test.serial(
  'three rotations under constant traffic: whoever verifies with cached keys refuses not one token',
  async (t) => {
    await tendSigningKeys(q.services, 90, atConsole);
    await pass(600);
    const verifier = new Verifier();
    const first = await tokenFrom(q.url);
    t.true(await verifier.accepts(first));

    let over = false;
    let checked = 0;
    const refused: string[] = [];
    const traffic = async (idp: string) => {
      while (!over) {
        const token = await tokenFrom(idp);
        for (const one of [token, first]) {
          if (!(await verifier.accepts(one))) refused.push(`the verifier refused ${kidOf(one)}`);
          for (const status of await statuses(one)) if (status !== 200) refused.push(`${status} for ${kidOf(one)}`);
          checked++;
        }
      }
    };
    const callers = [traffic(q.url), traffic(otherIdp.url)];
    const used = new Set([kidOf(first)]);
    for (let rotations = 0; rotations < 3; rotations++) {
      const rotation = await rotateSigningKeys(q.services, atConsole);
      if (!('signing' in rotation)) return t.fail('the next keys were not ready');
      await untilSignedWith(rotation.signing);
      used.add(kidOf(await tokenFrom(otherIdp.url)));
      await pass(300);
      await pass(300);
    }
    over = true;
    await Promise.all(callers);
    t.deepEqual(refused, []);
    t.is(used.size, 4);
    t.true(checked > 10);
  },
);

test.serial('keys that caches may not know yet do not sign', async (t) => {
  await rotateSigningKeys(q.services, atConsole);
  const before = await listSigningKeys(q.knex);
  const rotation = await rotateSigningKeys(q.services, atConsole);
  t.true('notBefore' in rotation && rotation.notBefore.getTime() > Date.now() + 500_000);
  t.deepEqual(await listSigningKeys(q.knex), before);
});

test.serial('keys rotate when their days are over, and old ones go when nothing refers to them any more', async (t) => {
  const signing = async () => (await listSigningKeys(q.knex)).filter(({ state }) => state === 'current');
  const before = await signing();
  await pass(89 * 86_400);
  await tendSigningKeys(q.services, 90, atConsole);
  t.deepEqual(
    (await signing()).map(({ kid }) => kid),
    before.map(({ kid }) => kid),
  );
  await pass(2 * 86_400);
  await Promise.all([1, 2].map(() => tendSigningKeys(q.services, 90, atConsole)));
  const after = await listSigningKeys(q.knex);
  t.deepEqual(after.map(({ state, alg }) => `${state} ${alg}`).sort(), [
    'current ES256',
    'current RS256',
    'next ES256',
    'next RS256',
    'previous ES256',
    'previous RS256',
  ]);
  const previous = after.filter(({ state }) => state === 'previous').map(({ kid }) => kid);
  t.deepEqual(previous.sort(), before.map(({ kid }) => kid).sort());
});

test.serial('keys that leaked are of no use from then on, and the command line tells which ones sign', async (t) => {
  await untilSignedWith((await listSigningKeys(q.knex)).map(({ kid }) => kid));
  const stolen = await tokenFrom(q.url);
  t.deepEqual(await statuses(stolen), [200, 200]);
  const signing = await replaceSigningKeys(q.services, atConsole);
  await untilSignedWith(signing);
  for (let tries = 0; tries < 100 && !(await statuses(stolen)).every((status) => status === 401); tries++)
    await sleep(50);
  t.deepEqual(await statuses(stolen), [401, 401]);
  t.deepEqual(await statuses(await tokenFrom(otherIdp.url)), [200, 200]);

  const told = await runProcess('shared/signing-keys/main.ts', environmentOf(q.services.config), ['list']);
  t.is(told.code, 0, told.stderr);
  for (const kid of signing) t.regex(told.stdout, new RegExp(`current +\\w+ +${kid}`));
  const early = await runProcess('shared/signing-keys/main.ts', environmentOf(q.services.config), ['rotate']);
  t.is(early.code, 1);
  t.regex(early.stderr, /^Not yet/);
});
