import { createHash } from 'node:crypto';
import { randomSecret } from '../../shared/identity/secrets.ts';
import { type Application, scopesAllowedTo } from '../../shared/models/application.ts';
import { say } from '../messages/say.ts';

/** A request to try, with the step that it is. */
export interface Example {
  readonly title: string;
  readonly text: string;
}

const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code';

/** Requests that work for this application when pasted, for each way in which it gets tokens. */
export function examplesFor(publicUrl: string, application: Application): Example[] {
  const grants = application.grant_types;
  return [
    ...(grants.includes('authorization_code') ? authorizationCode(publicUrl, application) : []),
    ...(grants.includes('client_credentials') ? [clientCredentials(publicUrl, application)] : []),
    ...(grants.includes(deviceCode) ? [device(publicUrl, application)] : []),
  ];
}

function authorizationCode(publicUrl: string, application: Application): Example[] {
  const verifier = randomSecret();
  const redirect = application.redirect_uris[0] ?? '';
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: application.client_id,
    redirect_uri: redirect,
    scope: scopesToTry(application, ['openid', 'g:read']),
    state: randomSecret(8),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return [
    { title: say('applications.send-here'), text: `${publicUrl}/o/authorize/?${query}` },
    {
      title: say('applications.exchange'),
      text: curl(`${publicUrl}/o/token/`, application, {
        grant_type: 'authorization_code',
        code: 'CODE',
        redirect_uri: redirect,
        code_verifier: verifier,
      }),
    },
  ];
}

function clientCredentials(publicUrl: string, application: Application): Example {
  const scope = scopesToTry(application, ['g:read']);
  const fields = { grant_type: 'client_credentials', scope };
  return { title: say('applications.for-itself'), text: curl(`${publicUrl}/o/token/`, application, fields) };
}

function device(publicUrl: string, application: Application): Example {
  const fields = { scope: scopesToTry(application, ['openid', 'g:read']) };
  return {
    title: say('applications.start-device'),
    text: curl(`${publicUrl}/o/device-authorization/`, application, fields),
  };
}

/** Those of the usual scopes that it may ask for, else the first one that it may. */
function scopesToTry(application: Application, usual: readonly string[]): string {
  const allowed = scopesAllowedTo(application);
  return usual.filter((scope) => allowed.includes(scope)).join(' ') || (allowed[0] ?? '');
}

function curl(url: string, { client_id, client_type }: Application, fields: Record<string, string>): string {
  const confidential = client_type === 'confidential';
  const sent = confidential ? fields : { client_id, ...fields };
  return [
    `curl ${url}`,
    ...(confidential ? [`-u ${client_id}:SECRET`] : []),
    ...Object.entries(sent).map(([name, value]) => `--data-urlencode ${quoted(`${name}=${value}`)}`),
  ].join(' \\\n  ');
}

/** One word of a shell, whatever is in it. */
const quoted = (word: string) => (/^[\w=:./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
