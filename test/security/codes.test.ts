import test from 'ava';
import { Secret, TOTP } from 'otpauth';
import { addAuthenticatorApp, offerSecret, useAuthenticatorCode } from '../../idp/second-factors/authenticator-app.ts';
import { makeRecoveryCodes, useRecoveryCode } from '../../idp/second-factors/recovery-codes.ts';
import { sha256 } from '../../shared/identity/secrets.ts';
import { closeServices, type Services } from '../../shared/services.ts';
import { makePerson } from '../harness/people.ts';
import { freshServices } from '../harness/start.ts';

let services: Services;
test.before(async () => {
  services = await freshServices();
});
test.after.always(() => services && closeServices(services));

const person = (username: string) => makePerson(services.knex, { username });

test('recovery codes have 112 random bits or more and are never the same', async (t) => {
  const { id } = await person('forgetful');
  const codes = await makeRecoveryCodes(services.knex, id);
  t.is(new Set(codes).size, 10);
  const letters = new Set(codes.join('').replaceAll('-', ''));
  for (const code of codes) {
    t.regex(code, /^(?:[2-9a-z]{4}-){5}[2-9a-z]{4}$/);
    // Ten codes show most of the alphabet, never all of what it may hold: this is the least that it has.
    t.true(code.replaceAll('-', '').length * Math.log2(letters.size) >= 112);
  }
});

test('recovery codes of before, which were shorter, stay good, once each', async (t) => {
  const { knex } = services;
  const { id } = await person('thrifty');
  await knex('recovery_codes').insert({ user_id: id, code_hash: sha256('abcd2345efgh6789') });
  t.true(await useRecoveryCode(knex, id, 'ABCD-2345-efgh-6789'));
  t.false(await useRecoveryCode(knex, id, 'ABCD-2345-efgh-6789'));
});

/** The half minute of now, counted from 1970. */
const now = () => Math.floor(Date.now() / 30_000);

test('a code of an authenticator app counts in its half minute and the ones beside it, once, and none after a later one', async (t) => {
  const { knex, config } = services;
  const { id: userId, username } = await person('punctual');
  const { secret, sealed } = offerSecret(config.secretKey, { userId, username, issuer: 'Lab' });
  const codeOf = (step: number) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: step * 30_000 });
  await addAuthenticatorApp(knex, config.secretKey, { userId, sealed, code: codeOf(now()) });
  const counts = (step: number) => useAuthenticatorCode(knex, config.secretKey, { userId, code: codeOf(step) });

  /** Which codes count, from three half minutes ago to three ahead, tried in this order and each twice; null when time went on. */
  async function counted(steps: readonly number[]): Promise<boolean[][] | null> {
    await knex('authenticator_apps').where({ user_id: userId }).update({ last_step: 0 });
    const begun = now();
    const answers: boolean[][] = [];
    for (const step of steps) answers.push([await counts(begun + step), await counts(begun + step)]);
    return now() === begun ? answers : null;
  }
  async function within(steps: readonly number[]): Promise<boolean[][]> {
    return (await counted(steps)) ?? within(steps);
  }
  const [no, once] = [
    [false, false],
    [true, false],
  ];
  t.deepEqual(await within([-3, -2, -1, 0, 1, 2, 3]), [no, no, once, once, once, no, no]);
  t.deepEqual(await within([1, 0, -1]), [once, no, no], 'a code of before the one that was used is used too');
});
