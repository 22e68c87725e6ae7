import test from 'ava';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { defaultClientId, Setting, type TestApplication } from './setting.ts';

const q = await Setting.open({ clientRegistration: 'open' });
const ada = await q.person({ username: 'ada' });
const redirectUri = 'https://planner.example/cb';
const { publicKey, privateKey } = await generateKeyPair('ES256');
const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'mine' }] });
const browser = q.browser();
test.before(async () => {
  await browser.signIn(await browser.open('/accounts/login/'), ada);
});
test.after.always(() => q.close());

/** What an application asks for its answer; nothing: the default. */
const asked = ({ clientId }: TestApplication, response_mode?: string) =>
  Object.fromEntries(
    new URL(
      q.authorization({ client_id: clientId, redirect_uri: redirectUri, ...(response_mode && { response_mode }) })
        .address,
    ).searchParams,
  );
const go = (parameters: Record<string, string>) => browser.open(`/o/authorize/?${new URLSearchParams(parameters)}`);
const application = (...response_modes: string[]) =>
  q.application({ consent: 'trusted', jwks, ...(response_modes.length > 0 && { response_modes }) });

test.serial('the answer comes in the address, or as a form to who asks for that, and in no other way', async (t) => {
  const planner = await application();
  t.truthy((await go(asked(planner))).url.searchParams.get('code'));
  t.truthy((await go(asked(planner, 'query'))).url.searchParams.get('code'));
  const form = await go(asked(planner, 'form_post'));
  t.regex(form.html, /<input type="hidden" name="code"/);
  const refused = await go(asked(planner, 'fragment'));
  t.regex(refused.url.hash, /error=invalid_request&error_description=requested.response_mode/);
  t.notRegex(refused.url.href, /[?#&]code=/);
});

test.serial('an application that takes its answer in one way gets it in that alone', async (t) => {
  const page = await application('fragment');
  t.regex((await go(asked(page, 'fragment'))).url.hash, /[#&]code=/);
  for (const mode of [undefined, 'query']) {
    t.is((await go(asked(page, mode))).url.searchParams.get('error'), 'invalid_request', mode);
  }
  t.notRegex((await go(asked(page, 'form_post'))).html, /name="code"/);
});

test.serial('neither a pushed nor a signed request gets around it', async (t) => {
  const planner = await application();
  const pushed = await q.form<{ error: string }>('/par/', asked(planner, 'fragment'), planner);
  t.is(pushed.status, 400);
  t.is(pushed.error, 'invalid_request');
  const request = await new SignJWT(asked(planner, 'fragment'))
    .setProtectedHeader({ alg: 'ES256', kid: 'mine', typ: 'oauth-authz-req+jwt' })
    .setIssuer(planner.clientId)
    .setAudience(`${q.url}/o`)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(privateKey);
  for (const response_type of ['code', 'token']) {
    const landed = await go({ client_id: planner.clientId, request, response_type, response_mode: 'query' });
    t.true(landed.status === 400 || /error=invalid_request/.test(landed.url.href), response_type);
    t.notRegex(landed.url.href, /[?#&]code=/);
  }
});

test.serial('taking a way from an application holds for the next request', async (t) => {
  const planner = await application('query', 'fragment');
  t.regex((await go(asked(planner, 'fragment'))).url.hash, /[#&]code=/);
  await q
    .knex('applications')
    .where({ id: planner.id })
    .update({ response_modes: ['query'] });
  t.regex((await go(asked(planner, 'fragment'))).url.hash, /error=invalid_request/);
});

test.serial('who registers itself names its ways, and is told them', async (t) => {
  const register = async (more: object) => {
    const metadata = { redirect_uris: ['https://tool.example/cb'], token_endpoint_auth_method: 'none', ...more };
    const answer = await fetch(`${q.url}/o/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(metadata),
    });
    const { response_modes, error } = (await answer.json()) as { response_modes?: string[]; error?: string };
    return { response_modes, error };
  };
  t.deepEqual((await register({})).response_modes, ['query', 'form_post']);
  t.deepEqual((await register({ response_modes: ['fragment'] })).response_modes, ['fragment']);
  for (const response_modes of [['web_message'], [], 'query']) {
    t.is((await register({ response_modes })).error, 'invalid_client_metadata');
  }
});

test.serial('programs on people’s own computers can’t have it behind «#», where they would not see it', async (t) => {
  const { response_modes } = await q.knex('applications').where({ client_id: defaultClientId }).first();
  t.deepEqual(response_modes, ['query', 'form_post']);
});
