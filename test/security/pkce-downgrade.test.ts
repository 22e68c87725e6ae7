import test from 'ava';
import { loopback, Setting } from '../provider/setting.ts';

// The class: CVE-2023-48228, CVE-2024-23647; RFC 9700 §4.8.

const q = await Setting.open();
const ada = await q.person({ username: 'ada' });
const application = await q.application({ redirect_uris: ['https://planner.example/cb'] });
test.after.always(() => q.close());

async function errorOf(
  client: Record<string, string>,
  without: Record<string, string | undefined>,
): Promise<string | null> {
  const address = new URL(q.authorization(client).address);
  for (const [name, value] of Object.entries(without)) {
    if (value === undefined) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  const answer = await fetch(address, { redirect: 'manual', headers: { accept: 'text/html' } });
  const location = URL.parse(answer.headers.get('location') ?? '');
  return location?.searchParams.get('error') ?? null;
}

for (const [whose, client] of Object.entries<Record<string, string>>({
  'a public application': {},
  'a confidential application': { client_id: application.clientId, redirect_uri: 'https://planner.example/cb' },
})) {
  test(`${whose} gets no code without a challenge, or with a plain one`, async (t) => {
    const none = { code_challenge: undefined, code_challenge_method: undefined };
    t.is(await errorOf(client, none), 'invalid_request');
    t.is(await errorOf(client, { code_challenge: '', code_challenge_method: 'S256' }), 'invalid_request');
    t.is(await errorOf(client, { code_challenge_method: 'plain' }), 'invalid_request');
    t.is(await errorOf(client, { code_challenge_method: undefined }), 'invalid_request');
    t.is(await errorOf(client, { code_challenge: undefined }), 'invalid_request');
    t.is(await errorOf(client, { code_challenge: 'short' }), 'invalid_request');
  });
}

test('a code whose challenge was made is of no use without its verifier, with another, or with the challenge itself', async (t) => {
  for (const verifier of [undefined, '', 'x'.repeat(43), 'challenge'] as const) {
    const { code } = await q.code(ada);
    const challenge = new URL(q.authorization().address).searchParams.get('code_challenge') ?? '';
    const answer = await q.form('/token/', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: loopback,
      client_id: 'zDFnsiRheJIOKNx6aCQ0quBxECg1QBHtVFDPloJ6',
      ...(verifier !== undefined && { code_verifier: verifier === 'challenge' ? challenge : verifier }),
    });
    t.is(answer.status, 400, String(verifier));
    t.falsy(answer.access_token);
  }
});
