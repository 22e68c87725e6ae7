import type { Knex } from 'knex';
import type Provider from 'oidc-provider';
import type { Client, Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { Person } from '../../shared/access/principal.ts';
import { roleOfScope } from '../../shared/access/scopes.ts';
import { type Actor, audit } from '../../shared/audit.ts';
import type { Config } from '../../shared/config.ts';
import { sha256 } from '../../shared/identity/secrets.ts';
import { sentenceOf } from '../../shared/messages/scope-words.ts';
import { say } from '../messages/say.ts';
import { consentModeOf } from './clients.ts';
import { Gathered } from './gathered.ts';
import { grantSeconds } from './lifetimes.ts';
import { prepared } from './prepared.ts';
import { currentIssue, inTurn, reading } from './unit-of-work.ts';

/*
 * Each authorization has a grant of its own: revoking it, or replaying one of its refresh tokens, ends the tokens of
 * that one browser or machine. What a person agreed to before is remembered by their newest grant for the application.
 */

const newestGrants = prepared<{ scope: string | null; grant_hash: string | null }>(
  'newest_grants',
  `SELECT newest.scope, newest.grant_hash
     FROM unnest(?::text[], ?::text[]) WITH ORDINALITY AS w (account_id, client_id, n)
     LEFT JOIN LATERAL (
       SELECT payload #>> '{openid,scope}' AS scope, encode(id_hash, 'hex') AS grant_hash FROM oidc_artifacts g
        WHERE kind = 'Grant' AND account_id = w.account_id AND client_id = w.client_id AND expires_at > now()
          AND NOT EXISTS (SELECT 1 FROM exchanged_grants e WHERE e.grant_id = g.grant_id)
        ORDER BY created_at DESC LIMIT 1) newest ON true
    ORDER BY n`,
);

/** A person and an application. */
interface Connection {
  readonly userId: string;
  readonly clientId: string;
}

/** What a person agreed to with an application; empty when nothing is remembered. */
interface Remembered {
  readonly scopes: ReadonlySet<string>;
  /** The grant that says so, by the hash of its id; null when there is none. */
  readonly by: string | null;
}

/** What people agreed to with applications, in the order of asking. */
async function agreements(db: Knex, asked: readonly Connection[]): Promise<Remembered[]> {
  const { rows } = await newestGrants(db, [asked.map(({ userId }) => userId), asked.map(({ clientId }) => clientId)]);
  return rows.map(({ scope, grant_hash: by }) => ({ scopes: new Set(scope?.split(' ').filter(Boolean)), by }));
}

/** The same for one; the last agreement stays what it is until this transaction ends. */
async function heldAgreement(trx: Knex, { userId, clientId }: Connection): Promise<ReadonlySet<string>> {
  await trx('oidc_artifacts')
    .where({ kind: 'Grant', account_id: userId, client_id: clientId })
    .orderBy('created_at', 'desc')
    .limit(1)
    .forShare()
    .select('kind');
  return (await rememberedBy(trx, { userId, clientId })).scopes;
}

async function rememberedBy(db: Knex, connection: Connection): Promise<Remembered> {
  const [remembered] = await agreements(db, [connection]);
  return remembered ?? { scopes: new Set(), by: null };
}

/**
 * Gives an authorization request its grant: the one that the consent page made, or a new one when all that is asked was
 * agreed to before, or a superuser trusts the application. Until then an unsaved one that only says what is remembered, from which follows whether to ask.
 */
export function grantLoader(knex: Knex, facts: GrantFacts) {
  const gathered = new Gathered((asked: readonly Connection[]) => agreements(knex, asked));
  return async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { provider, client, account, result } = ctx.oidc;
    if (!client || !account) return undefined;
    const agreed = result?.consent?.grantId;
    if (agreed) return provider.Grant.find(agreed);
    const mode = consentModeOf(client);
    if (mode === 'ask') return undefined;
    const connection = { userId: account.accountId, clientId: client.clientId };
    const { scopes, by } = await reading(
      () => gathered.ask(connection),
      (db) => rememberedBy(db, connection),
    );
    const remembered = new Set(scopes);
    if (mode === 'trusted') for (const scope of ctx.oidc.requestParamScopes) remembered.add(scope);
    if (remembered.size === 0) return undefined;
    const grant = newGrant({ ...facts, provider }, account.accountId, client, remembered);
    const covered = [...ctx.oidc.requestParamScopes].every((scope) => remembered.has(scope));
    if (covered && !asksAnyway(ctx)) {
      const made = await grant.save();
      if (mode === 'once' && by !== null) currentIssue()?.remembers(sha256(made).toString('hex'), by);
    }
    return grant;
  };
}

/** Native applications are asked for each time: another program may speak with their client id (RFC 8252 §8.6). */
const asksAnyway = ({ oidc }: KoaContextWithOIDC): boolean =>
  oidc.client?.applicationType === 'native' || oidc.prompts.has('consent');

/** What every grant is made of beside the agreement itself. */
interface GrantFacts {
  readonly audience: string;
  readonly config: Config;
}

/** A grant of these scopes, unsaved. */
function newGrant(
  { provider, audience, config }: GrantFacts & { readonly provider: Provider },
  accountId: string,
  client: Client,
  scopes: Iterable<string>,
): Grant {
  const grant = new provider.Grant({ accountId, clientId: client.clientId });
  const scope = [...scopes].join(' ');
  grant.addOIDCScope(scope);
  grant.addResourceScope(audience, scope);
  // What the library's types leave out: its own functions of a lifetime are not told the client here.
  Object.assign(grant, { expiresIn: grantSeconds(config, client) });
  return grant;
}

/** What a person agrees to on the consent page. */
export interface Agreement {
  readonly person: Person;
  readonly client: Client;
  readonly scopes: readonly string[];
}

/** Keeps an agreement. @returns the id of its grant */
export async function agree(
  { knex, ...facts }: GrantFacts & { provider: Provider; knex: Knex },
  { person, client, scopes }: Agreement,
  address: string,
): Promise<string> {
  const { clientId } = client;
  const before = await inTurn(knex, (trx) => heldAgreement(trx, { userId: String(person.id), clientId }));
  const grant = newGrant(facts, String(person.id), client, new Set([...before, ...scopes]));
  const id = await grant.save();
  const actor: Actor = { person, proof: 'session', application: clientId, tokenId: null, address };
  const changes = { scopes: { old: [...before], new: scopes } };
  await inTurn(knex, (db) => audit(db, actor, { action: 'consent', resource: 'grant', objectId: id, changes }));
  return id;
}

/** A scope as the consent page tells it. */
export interface AskedScope {
  readonly scope: string;
  readonly sentence: string;
  /** Why this person's roles will not allow it whatever they agree to; null when they do. */
  readonly withheld: string | null;
}

/** What an application asks for, in plain words, for the person who decides. */
export function askedScopes(scopes: readonly string[], person: Person): AskedScope[] {
  return scopes.map((scope) => ({ scope, sentence: sentenceOf(scope), withheld: withheldBy(person, scope) }));
}

function withheldBy(person: Person, scope: string): string | null {
  if (person.isSuperuser) return null;
  if (scope === 'a:staff') return person.isStaff ? null : say('rights.withheld-staff');
  if (scope === 'a:superuser') return say('rights.withheld-superuser');
  const wanted = roleOfScope(scope);
  if (!wanted || person.rights.get(wanted.role)?.has(wanted.permission)) return null;
  return say('rights.withheld', { permission: wanted.permission, what: say(`roles.${wanted.role}`) });
}
