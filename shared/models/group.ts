import { Model, type RelationMappings } from 'objection';
import { Ruleset } from './ruleset.ts';

/** People who may do the same things. */
export class Group extends Model {
  static override tableName = 'groups';

  declare id: number;
  declare name: string;
  declare rulesets?: Ruleset[];

  static override get relationMappings(): RelationMappings {
    return {
      rulesets: {
        relation: Model.HasManyRelation,
        modelClass: Ruleset,
        join: { from: 'groups.id', to: 'rulesets.group_id' },
      },
    };
  }
}
