import type { Knex } from 'knex';
import { sha256 } from '../../shared/identity/secrets.ts';
import { type AccountRow, accountColumns } from './accounts.ts';
import { prepared } from './prepared.ts';

/** A stored thing of the provider: a grant, a code, a token, a session, an interaction. */
export interface Artifact {
  readonly payload: Record<string, unknown>;
  readonly isJwt: boolean;
  /** When it was used up, in seconds since 1970; null while it can be used. */
  readonly consumed: number | null;
  /** It was used up only a moment ago ({@link graceSeconds}). */
  readonly consumedJustNow: boolean;
}

/** The columns beside the payload: what lists and endings look for. */
export interface Lifted {
  readonly grantId: string | null;
  readonly accountId: string | null;
  readonly clientId: string | null;
  readonly uid: string | null;
  readonly userCode: string | null;
}

/** A second use of a refresh token within this time is a lost answer or two tabs; later it is a replay. */
export const graceSeconds = 3;

interface Row {
  payload: Record<string, unknown>;
  is_jwt: boolean;
  consumed: number | null;
  consumed_just_now: boolean;
}

interface FoundRow extends Omit<Row, 'payload'> {
  /** Null: there is none. */
  payload: Record<string, unknown> | null;
  grant_payload: Record<string, unknown> | null;
  grant_hash: string | null;
  account: AccountRow | null;
}

const columns = `payload, is_jwt, extract(epoch FROM consumed_at)::integer AS consumed,
  coalesce(consumed_at > now() - interval '${graceSeconds} seconds', false) AS consumed_just_now`;

/** An artifact, with the grant and the person that it goes by: whoever asks for it asks for them next. */
const byIds = prepared<FoundRow>(
  'artifacts_by_id',
  `SELECT ${columns}, grant_payload, grant_hash, to_jsonb(u) AS account
     FROM find_issued(?, ?) WITH ORDINALITY AS f (payload, is_jwt, consumed_at, account_id, grant_payload, grant_hash, n)
     LEFT JOIN LATERAL (
       SELECT ${accountColumns} FROM users
        WHERE id = CASE WHEN f.account_id ~ '^[1-9][0-9]{0,8}$' THEN f.account_id::integer END AND is_active
        LIMIT 1) u ON true
    ORDER BY n`,
);
const byUid = prepared<Row>('artifact_by_uid', `SELECT ${columns} FROM oidc_artifacts WHERE kind = ? AND uid = ?`);
const byUserCode = prepared<Row>(
  'artifact_by_user_code',
  `SELECT ${columns} FROM oidc_artifacts WHERE kind = ? AND user_code = ?`,
);
const put = prepared(
  'artifact_put',
  `INSERT INTO oidc_artifacts AS a
     (kind, id_hash, payload, grant_id, account_id, client_id, uid, user_code, expires_at)
   VALUES (?, ?, ?, ?, ?, ?, ?, ?, now() + make_interval(secs => ?::float8))
   ON CONFLICT (kind, id_hash) DO UPDATE SET
     payload = EXCLUDED.payload, grant_id = EXCLUDED.grant_id, account_id = EXCLUDED.account_id,
     client_id = EXCLUDED.client_id, uid = EXCLUDED.uid, user_code = coalesce(EXCLUDED.user_code, a.user_code),
     expires_at = EXCLUDED.expires_at`,
);
const dropOthers = prepared(
  'artifact_drop_others_of_uid',
  'DELETE FROM oidc_artifacts WHERE kind = ? AND uid = ? AND id_hash <> ?',
);
const use = prepared(
  'artifact_use',
  'UPDATE oidc_artifacts SET consumed_at = now() WHERE kind = ? AND id_hash = ? AND consumed_at IS NULL',
);
const drop = prepared('artifact_drop', 'DELETE FROM oidc_artifacts WHERE kind = ? AND id_hash = ?');
const lockGrant = prepared(
  'artifact_lock_grant',
  `SELECT 1 FROM oidc_artifacts
    WHERE kind = 'Grant' AND grant_id = (SELECT grant_id FROM oidc_artifacts WHERE kind = ? AND id_hash = ?) FOR UPDATE`,
);
const artifactFrom = (row: Row): Artifact => ({
  payload: row.payload,
  isJwt: row.is_jwt,
  consumed: row.consumed,
  consumedJustNow: row.consumed_just_now,
});

const unused = (payload: Record<string, unknown>): Artifact => ({
  payload,
  isJwt: false,
  consumed: null,
  consumedJustNow: false,
});

/** What is looked for: a kind, and the hash of an id in hexadecimal. */
export interface Sought {
  readonly kind: string;
  readonly id_hash: string;
}

/** An artifact that was found, with the grant that it was issued under and the active person that it speaks for. */
export interface Found {
  readonly artifact: Artifact;
  readonly grant: { readonly artifact: Artifact; readonly id_hash: string } | null;
  readonly account: AccountRow | null;
}

/** Looks several up by their ids, in the order of asking. Expired ones are found too. */
export async function findArtifacts(db: Knex, sought: readonly Sought[]): Promise<(Found | undefined)[]> {
  const { rows } = await byIds(db, [sought.map(({ kind }) => kind), sought.map(({ id_hash }) => id_hash)]);
  return rows.map((row) => {
    const { payload, grant_payload, grant_hash, account } = row;
    if (!payload) return undefined;
    const grant = grant_payload && grant_hash ? { artifact: unused(grant_payload), id_hash: grant_hash } : null;
    return { artifact: artifactFrom({ ...row, payload }), grant, account };
  });
}

export async function findArtifactByUid(db: Knex, kind: string, uid: string): Promise<Artifact | undefined> {
  const [row] = (await byUid(db, [kind, uid])).rows;
  return row && artifactFrom(row);
}

export async function findArtifactByUserCode(db: Knex, kind: string, userCode: string): Promise<Artifact | undefined> {
  const [row] = (await byUserCode(db, [kind, userCode])).rows;
  return row && artifactFrom(row);
}

/** Stores one, or replaces what is stored under its id. It ends after `seconds`; null: never. */
export async function putArtifact(
  db: Knex,
  kind: string,
  id: string,
  payload: object,
  { grantId, accountId, clientId, uid, userCode }: Lifted,
  seconds: number | null,
): Promise<void> {
  await put(db, [kind, sha256(id), JSON.stringify(payload), grantId, accountId, clientId, uid, userCode, seconds]);
}

/** Drops whatever else of this kind goes by this uid and then does `put`, one caller a uid after the other. */
export async function dropOthersOfUid(
  db: Knex,
  kind: string,
  uid: string,
  id: string,
  put: (trx: Knex) => Promise<void>,
): Promise<void> {
  await db.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`${kind} ${uid}`]);
    await dropOthers(trx, [kind, uid, sha256(id)]);
    await put(trx);
  });
}

/** Uses one up. @returns false when it was used up before, or is gone: of any number of parallel tries one succeeds */
export async function consumeArtifact(db: Knex, kind: string, id: string): Promise<boolean> {
  return (await use(db, [kind, sha256(id)])).rowCount === 1;
}

export async function dropArtifact(db: Knex, kind: string, id: string): Promise<void> {
  await drop(db, [kind, sha256(id)]);
}

/** Locks the grant that a token was issued under. Whoever issues or ends tokens takes that lock before any other. */
export async function lockGrantOf(db: Knex, kind: string, id: string): Promise<void> {
  await lockGrant(db, [kind, sha256(id)]);
}

/** When one was first stored, by the database's clock. */
export async function createdAt(db: Knex, kind: string, id: string): Promise<Date | undefined> {
  const row = await db('oidc_artifacts')
    .where({ kind, id_hash: sha256(id) })
    .first<{ created_at: Date }>('created_at');
  return row?.created_at;
}
