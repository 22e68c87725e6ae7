import { createHash, pbkdf2Sync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import argon2 from 'argon2';
import test from 'ava';
import { checkBreachedPasswords, isBreached } from '../../shared/identity/breached-passwords.ts';
import { Busy, HashingQueue } from '../../shared/identity/hashing-queue.ts';
import { problemWithPassword } from '../../shared/identity/password-rules.ts';
import { hashPassword, verifyPassword } from '../../shared/identity/passwords.ts';

const django = (password: string, iterations = 1000) =>
  `pbkdf2_sha256$${iterations}$saltsalt$${pbkdf2Sync(password, 'saltsalt', iterations, 32, 'sha256').toString('base64')}`;

test('a password is stored as argon2id above the floor of OWASP and found right again', async (t) => {
  const stored = await hashPassword('correct horse');
  const [, memory, parallelism, time] = /^\$argon2id\$v=19\$m=(\d+),p=(\d+),t=(\d+)\$/.exec(stored)!.map(Number);
  t.true(memory! >= 19456 && time! >= 2 && parallelism === 1);
  t.deepEqual(await verifyPassword(stored, 'correct horse'), { ok: true, rehash: null });
  t.deepEqual(await verifyPassword(stored, 'correct horsf'), { ok: false, rehash: null });
});

test('one password gets a new hash each time', async (t) => {
  t.not(await hashPassword('correct horse'), await hashPassword('correct horse'));
});

test('a letter spelt by other code points is the same password', async (t) => {
  const stored = await hashPassword('Schlu\u0308ssel 42');
  t.true((await verifyPassword(stored, 'Schl\u00fcssel 42')).ok);
});

test("Django's hash is verified and comes with an argon2id one to replace it", async (t) => {
  const { ok, rehash } = await verifyPassword(django('inventree'), 'inventree');
  t.true(ok);
  t.true(rehash!.startsWith('$argon2id$'));
  t.deepEqual(await verifyPassword(rehash, 'inventree'), { ok: true, rehash: null });
  t.deepEqual(await verifyPassword(django('inventree'), 'other'), { ok: false, rehash: null });
});

test('a cheaper argon2 hash is replaced', async (t) => {
  const cheap = await argon2.hash('correct horse', { timeCost: 2, memoryCost: 8192, parallelism: 1 });
  const { ok, rehash } = await verifyPassword(cheap, 'correct horse');
  t.true(ok);
  t.truthy(rehash);
});

test('a hash of another kind, an unusable one and a broken one never match', async (t) => {
  const hashes = [null, '', '!unusable', 'plain', 'md5$a$b', 'pbkdf2_sha256$x$s$aaaa', 'pbkdf2_sha256$99999999$s$aaaa'];
  for (const stored of hashes) t.false((await verifyPassword(stored, 'plain')).ok, String(stored));
});

// Work is counted, not time: how busy the machine is has no say in it. Alone, since it counts the whole process.
test.serial('an unknown account takes as much work as a wrong password', async (t) => {
  const stored = await hashPassword('correct horse');
  await verifyPassword(null, 'warm up');
  const work = async (hash: string | null) => {
    const before = process.cpuUsage();
    for (let i = 0; i < 5; i += 1) await verifyPassword(hash, 'wrong password');
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const [known, unknown] = [await work(stored), await work(null)];
  t.true(unknown > known / 3 && unknown < known * 3, `known ${known} µs, unknown ${unknown} µs`);
});

test('hashing runs a few at a time, and a flood is refused instead of queued', async (t) => {
  const queue = new HashingQueue(2, 3);
  let running = 0;
  let most = 0;
  const task = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
  };
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => queue.run(task)));
  t.is(most, 2);
  t.is(results.filter((result) => result.status === 'fulfilled').length, 5);
  for (const result of results) if (result.status === 'rejected') t.true(result.reason instanceof Busy);
  t.deepEqual(queue.state, { running: 0, waiting: 0 });
});

test('a task that fails gives its place back', async (t) => {
  const queue = new HashingQueue(1, 1);
  await t.throwsAsync(queue.run(() => Promise.reject(new Error('no'))));
  t.is(await queue.run(async () => 'next'), 'next');
});

const rules = { passwordWords: [], breachedPasswords: null, instanceName: 'Quartermaster' };

test('a chosen password has 8 to 256 characters, is none of the first tries, and needs no digits or signs', async (t) => {
  const person = { username: 'margarethe', email: 'm.vogt@lab.example' };
  t.is(await problemWithPassword('plain words only', person, rules), null);
  t.is(await problemWithPassword('schloß ä'.repeat(32), person, rules), null);
  t.regex((await problemWithPassword('short', person, rules))!, /at least 8/);
  t.regex((await problemWithPassword('abc'.repeat(86), person, rules))!, /at most 256/);
  t.is(await problemWithPassword('🔑🗝🚪🏠🔒🔓🪪🧷', person, rules), null);
  t.truthy(await problemWithPassword('Password123', person, rules));
  t.truthy(await problemWithPassword('aaaaaaaaaaaa', person, rules));
  t.truthy(await problemWithPassword('Margarethe', person, rules));
  t.truthy(await problemWithPassword('M.Vogt@lab.example', person, rules));
});

test('a password that takes few guesses is refused, with what makes it weak; eight random characters are enough', async (t) => {
  const person = { username: 'margarethe', email: 'm.vogt@lab.example' };
  t.regex((await problemWithPassword('hunter2hunter2', person, rules))!, /too easy to guess\. The same word twice/);
  t.regex((await problemWithPassword('qwertzuiop12', person, rules))!, /row of keys/);
  t.regex((await problemWithPassword('margarethe vogt', person, rules))!, /too easy to guess/);
  t.is(await problemWithPassword('x9$kL2pq', person, rules), null);
});

test('a password made of words that everybody in the organization knows is refused', async (t) => {
  const person = { username: 'margarethe' };
  const own = { ...rules, passwordWords: ['Zyxel Foundry', 'Grünewald'], instanceName: 'Vorkuta Lab' };
  for (const password of ['zyxelfoundry2026', 'Grünewald!2026', 'vorkutalab-99', 'Zyx3l F0undry']) {
    const [before, now] = [
      await problemWithPassword(password, person, rules),
      await problemWithPassword(password, person, own),
    ];
    t.is(before, null, password);
    t.regex(now ?? '', /too easy to guess/, password);
  }
  t.is(await problemWithPassword('zyxel foundry walnut tractor', person, own), null, 'with other words it is fine');
});

const line = (password: string, seen: number) =>
  `${createHash('sha1').update(password).digest('hex').toUpperCase()}:${seen}`;

test('a password of the list of breached ones is refused, wherever in the file it stands', async (t) => {
  const person = { username: 'margarethe' };
  const file = join(await mkdtemp(join(tmpdir(), 'breached-')), 'pwned.txt');
  t.teardown(() => rm(join(file, '..'), { recursive: true }));
  const breached = Array.from({ length: 500 }, (_, i) => `walnut tractor ${'x'.repeat(i % 7)} ${i * i}`);
  const lines = breached.map((password, i) => line(password, i ** 3)).sort();
  for (const [newline, end] of [
    ['\n', '\n'],
    ['\r\n', ''],
  ] as const) {
    await writeFile(file, lines.join(newline) + end);
    await checkBreachedPasswords(file);
    const found = await Promise.all(breached.map((password) => isBreached(file, password)));
    t.false(found.includes(false));
    const others = await Promise.all(breached.map((password) => isBreached(file, `${password}!`)));
    t.false(others.includes(true));
  }
  const own = { ...rules, breachedPasswords: file };
  t.regex((await problemWithPassword(breached[77]!, person, own)) ?? '', /known from a breach/);
  t.is(await problemWithPassword(`${breached[77]}!`, person, own), null);
});

test('a list of breached passwords that is none is refused at the start', async (t) => {
  const missing = await t.throwsAsync(checkBreachedPasswords('/nowhere/at/all.txt'), { name: 'ConfigError' });
  t.regex(missing.message, /^BREACHED_PASSWORDS can not be read: ENOENT$/);
  const other = await t.throwsAsync(checkBreachedPasswords(import.meta.filename), { name: 'ConfigError' });
  t.regex(other.message, /^BREACHED_PASSWORDS must be a file of SHA-1 hashes/);
});
