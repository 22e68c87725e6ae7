import { Model, type RelationMappings } from 'objection';
import { Group } from './group.ts';

/** A person, or a service user that an application acts as. */
export class User extends Model {
  static override tableName = 'users';

  declare id: number;
  declare username: string;
  declare first_name: string;
  declare last_name: string;
  declare email: string;
  /** A password hash; null when the person can't sign in with a password. */
  declare password: string | null;
  declare is_active: boolean;
  declare is_staff: boolean;
  declare is_superuser: boolean;
  declare is_service: boolean;
  declare date_joined: Date;
  declare last_login: Date | null;
  declare password_changed_at: Date | null;
  declare groups?: Group[];

  static override get relationMappings(): RelationMappings {
    return {
      groups: {
        relation: Model.ManyToManyRelation,
        modelClass: Group,
        join: {
          from: 'users.id',
          through: { from: 'user_groups.user_id', to: 'user_groups.group_id' },
          to: 'groups.id',
        },
      },
    };
  }

  /** A hash never leaves by accident. */
  override $formatJson(json: Record<string, unknown>): Record<string, unknown> {
    const { password: _, ...rest } = super.$formatJson(json);
    return rest;
  }
}
