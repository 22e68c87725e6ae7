import { Model, type RelationMappings } from 'objection';
import { User } from './user.ts';

/** How an API token is written down, after the clients that expect it so. */
export type Spelling = 'inventree' | 'qore' | 'atrocore';

/** A token that a person made for a script or a device. Only the hash of its secret is stored. */
export class ApiToken extends Model {
  static override tableName = 'api_tokens';

  declare id: number;
  declare user_id: number;
  declare name: string;
  declare spelling: Spelling;
  /** SHA-256 of the secret part. */
  declare secret_hash: Buffer;
  /** What lists may show of it. */
  declare redacted: string;
  /** The scopes that bind it; null when nothing does. */
  declare scopes: string[] | null;
  declare created_at: Date;
  /** Null: never. */
  declare expires_at: Date | null;
  declare last_used_at: Date | null;
  declare last_used_address: string | null;
  declare revoked_at: Date | null;
  /** Networks (CIDR) that it may be used from; null: any. */
  declare addresses: string[] | null;
  declare user?: User;

  static override get relationMappings(): RelationMappings {
    return {
      user: {
        relation: Model.BelongsToOneRelation,
        modelClass: User,
        join: { from: 'api_tokens.user_id', to: 'users.id' },
      },
    };
  }

  override $formatJson(json: Record<string, unknown>): Record<string, unknown> {
    const { secret_hash: _, ...rest } = super.$formatJson(json);
    return rest;
  }
}
