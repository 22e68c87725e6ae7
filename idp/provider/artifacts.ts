import type { Knex } from 'knex';
import { sha256 } from '../../shared/identity/secrets.ts';
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

const columns = `payload, is_jwt, extract(epoch FROM consumed_at)::integer AS consumed,
  coalesce(consumed_at > now() - interval '${graceSeconds} seconds', false) AS consumed_just_now`;

const byId = prepared<Row>('artifact_by_id', `SELECT ${columns} FROM oidc_artifacts WHERE kind = ? AND id_hash = ?`);
const byIdLocked = prepared<Row>(
  'artifact_by_id_locked',
  `SELECT ${columns} FROM oidc_artifacts WHERE kind = ? AND id_hash = ? FOR UPDATE`,
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
const artifactFrom = (row: Row | undefined): Artifact | undefined =>
  row && {
    payload: row.payload,
    isJwt: row.is_jwt,
    consumed: row.consumed,
    consumedJustNow: row.consumed_just_now,
  };

/** Looks one up by its id; `lock` keeps others from ending or using it until the transaction ends. Expired ones are found too. */
export async function findArtifact(db: Knex, kind: string, id: string, lock = false): Promise<Artifact | undefined> {
  const { rows } = await (lock ? byIdLocked : byId)(db, [kind, sha256(id)]);
  return artifactFrom(rows[0]);
}

export async function findArtifactByUid(db: Knex, kind: string, uid: string): Promise<Artifact | undefined> {
  return artifactFrom((await byUid(db, [kind, uid])).rows[0]);
}

export async function findArtifactByUserCode(db: Knex, kind: string, userCode: string): Promise<Artifact | undefined> {
  return artifactFrom((await byUserCode(db, [kind, userCode])).rows[0]);
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
