import { Model } from 'objection';

/** One secret of a confidential application; it may have several, so that they can be exchanged without a gap. */
export class ApplicationSecret extends Model {
  static override tableName = 'application_secrets';

  declare id: number;
  declare application_id: number;
  /** What people call it. */
  declare name: string;
  /** SHA-256 of the secret, which itself is stored nowhere. */
  declare secret_hash: Buffer;
  declare created_at: Date;
  /** Null: never. */
  declare expires_at: Date | null;

  override $formatJson(json: Record<string, unknown>): Record<string, unknown> {
    const { secret_hash: _, ...rest } = super.$formatJson(json);
    return rest;
  }
}
