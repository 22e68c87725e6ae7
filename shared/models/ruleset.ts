import { Model } from 'objection';

/** What one group may do with one role. The database adds what is implied: adding takes changing, changing takes viewing. */
export class Ruleset extends Model {
  static override tableName = 'rulesets';

  declare id: number;
  declare group_id: number;
  /** The role's name. */
  declare name: string;
  declare can_view: boolean;
  declare can_add: boolean;
  declare can_change: boolean;
  declare can_delete: boolean;
}
