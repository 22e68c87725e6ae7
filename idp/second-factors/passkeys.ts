import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Knex } from 'knex';
import type { Config } from '../../shared/config.ts';
import { type ChallengePurpose, endOfChallenge, newChallenge, takeChallenge } from './challenge.ts';

type Settings = Pick<Config, 'secretKey' | 'publicUrl' | 'instanceName'>;

/** Large, with its parsers of certificates: read when somebody first signs in, not at the start. */
const library = () => import('@simplewebauthn/server');

/** Every passkey asks its person for a PIN or a finger, so it counts as two factors. */
const userVerification = 'required';

/** Whether browsers let this installation have passkeys: they belong to a name, never to a bare address. */
export const passkeysWork = ({ publicUrl }: Pick<Config, 'publicUrl'>): boolean =>
  !/^(\[.*\]|[\d.]+)$/.test(new URL(publicUrl).hostname);

/** Signatures that every authenticator can make one of: EdDSA, ES256, RS256 (RFC 9053, RFC 8812). */
const supportedAlgorithmIDs = [-8, -7, -257];

/** What the page hands to the browser for adding a passkey, as JSON. Those that the person has are not made twice. */
export async function registrationOptions(
  db: Knex,
  config: Settings,
  browser: string,
  person: { id: number; username: string; name: string },
): Promise<string> {
  const there = await db('passkeys').where({ user_id: person.id }).select('credential_id', 'transports');
  const { generateRegistrationOptions } = await library();
  const options = await generateRegistrationOptions({
    rpName: config.instanceName,
    rpID: new URL(config.publicUrl).hostname,
    userName: person.username,
    userDisplayName: person.name,
    userID: new TextEncoder().encode(String(person.id)),
    challenge: new Uint8Array(newChallenge(config.secretKey, { purpose: 'add passkey', browser })),
    excludeCredentials: there.map(({ credential_id: id, transports }) => ({ id, transports })),
    authenticatorSelection: { residentKey: 'required', userVerification },
    attestationType: 'none',
    supportedAlgorithmIDs,
  });
  return JSON.stringify(options);
}

/** A passkey that was added or used. */
export interface ProvedPasskey {
  readonly userId: number;
  /** How it proves its person (RFC 8176): by a key in hardware, or one that is kept in an account. */
  readonly amr: readonly string[];
}

const amrOf = (synced: boolean): string[] => [synced ? 'swk' : 'hwk', 'mfa'];

/** Keeps the passkey that a browser made. Null when its answer doesn't fit what was asked. */
export async function addPasskey(
  trx: Knex,
  config: Settings,
  browser: string,
  { userId, name, answer }: { userId: number; name: string; answer: string },
): Promise<ProvedPasskey | null> {
  const response = read<RegistrationResponseJSON>(answer);
  if (!response) return null;
  const asked = new Asked(config, { purpose: 'add passkey', browser });
  const { verifyRegistrationResponse } = await library();
  const verified = await attempt(
    verifyRegistrationResponse({ ...asked.expectations, supportedAlgorithmIDs, response }),
  );
  if (!verified?.verified || !(await asked.isTaken(trx))) return null;
  const { credential, credentialDeviceType } = verified.registrationInfo;
  const synced = credentialDeviceType === 'multiDevice';
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `INSERT INTO passkeys (user_id, name, credential_id, public_key, counter, transports, synced, last_used_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, now()) ON CONFLICT DO NOTHING`,
    [
      userId,
      name,
      credential.id,
      Buffer.from(credential.publicKey),
      credential.counter,
      knownTransports(credential.transports),
      synced,
    ],
  );
  return rowCount > 0 ? { userId, amr: amrOf(synced) } : null;
}

/** How a browser says it reaches a passkey; whatever else it says is left out. */
const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];
const knownTransports = (said: unknown): string[] =>
  Array.isArray(said) ? transports.filter((transport) => said.includes(transport)) : [];

/** What the page hands to the browser for signing in, as JSON; without a person any passkey of this installation will do. */
export async function authenticationOptions(
  db: Knex,
  config: Settings,
  browser: string,
  userId?: number,
): Promise<string> {
  const own =
    userId === undefined ? [] : await db('passkeys').where({ user_id: userId }).select('credential_id', 'transports');
  const { generateAuthenticationOptions } = await library();
  const options = await generateAuthenticationOptions({
    rpID: new URL(config.publicUrl).hostname,
    challenge: new Uint8Array(newChallenge(config.secretKey, { purpose: 'sign in', browser })),
    userVerification,
    ...(own.length > 0 && { allowCredentials: own.map(({ credential_id: id, transports }) => ({ id, transports })) }),
  });
  return JSON.stringify(options);
}

interface PasskeyRow {
  id: number;
  user_id: number;
  credential_id: string;
  public_key: Buffer;
  counter: string;
  transports: string[];
  synced: boolean;
}

/** Takes a passkey's answer to what {@link authenticationOptions} asked. Null when it proves nobody, or somebody else than `userId`. */
export async function usePasskey(
  db: Knex,
  config: Settings,
  browser: string,
  answer: string,
  userId?: number,
): Promise<ProvedPasskey | null> {
  const response = read<AuthenticationResponseJSON>(answer);
  if (typeof response?.id !== 'string' || !/^[\w-]{1,1500}$/.test(response.id)) return null;
  const row = await db<PasskeyRow>('passkeys').where({ credential_id: response.id }).first();
  if (!row || (userId !== undefined && row.user_id !== userId)) return null;
  const asked = new Asked(config, { purpose: 'sign in', browser });
  const { verifyAuthenticationResponse } = await library();
  const verified = await attempt(
    verifyAuthenticationResponse({
      ...asked.expectations,
      response,
      credential: {
        id: row.credential_id,
        publicKey: new Uint8Array(row.public_key),
        counter: Number(row.counter),
        transports: row.transports,
      },
    }),
  );
  if (!verified?.verified || !(await asked.isTaken(db))) return null;
  // A counter that does not grow is a copy (WebAuthn §6.1.1); most passkeys have none and always say 0.
  const { newCounter } = verified.authenticationInfo;
  const used = await db('passkeys')
    .where({ id: row.id })
    .where((counts) => counts.where('counter', '<', newCounter).orWhere({ counter: 0 }))
    .update({ counter: newCounter, last_used_at: db.fn.now() });
  return used > 0 ? { userId: row.user_id, amr: amrOf(row.synced) } : null;
}

/** What an answer is checked against, and the challenge that it turned out to answer. */
class Asked {
  readonly expectations;
  #answered: { challenge: string; until: Date } | null = null;

  constructor({ secretKey, publicUrl }: Settings, purpose: ChallengePurpose) {
    this.expectations = {
      expectedChallenge: (challenge: string): boolean => {
        const until = endOfChallenge(secretKey, purpose, challenge);
        this.#answered = until && { challenge, until };
        return until !== null;
      },
      expectedOrigin: publicUrl,
      expectedRPID: new URL(publicUrl).hostname,
      requireUserVerification: true,
    };
  }

  /** Uses the challenge up; false when another answer did. */
  async isTaken(db: Knex): Promise<boolean> {
    return this.#answered !== null && takeChallenge(db, this.#answered.challenge, this.#answered.until);
  }
}

/** The library throws for whatever does not fit, and for what is no answer at all. */
async function attempt<T>(verification: Promise<T>): Promise<T | null> {
  try {
    return await verification;
  } catch {
    return null;
  }
}

function read<T extends object>(answer: string): T | null {
  try {
    const value: unknown = JSON.parse(answer);
    return typeof value === 'object' && value !== null ? (value as T) : null;
  } catch {
    return null;
  }
}
