import type { Condition } from '../../../store/query.ts';
import type { Link } from '../links.ts';
import { always, asItem, type Compiling, compileItem, related } from './compile.ts';
import { not } from './on-field.ts';
import { type Item, invalidWhere, listOf } from './read-where.ts';
import { comparedValue } from './values.ts';

/**
 * A condition on a relation: `linkedWith` some rows, by id or by a `subQuery` over them, or with any at all. Ids of own
 * references are compared as they stand in the row; everything else counts rows alone that the caller may view.
 */
export function onLink(link: Link, item: Item & { type: string }, compiling: Compiling, depth: number): Condition {
  switch (item.type) {
    case 'isLinked':
    case 'isNotNull':
      return not(unlinked(link));
    case 'isNotLinked':
    case 'isNull':
      return unlinked(link);
    case 'linkedWith':
    case 'in':
    case 'equals':
      return linked(link, item, compiling, depth);
    case 'notLinkedWith':
    case 'notIn':
    case 'notEquals':
      return not(linked(link, item, compiling, depth));
    case 'columnLike':
    case 'columnIn':
    case 'columnNotIn':
    case 'columnIsNull':
      throw invalidWhere(`${item.type}: no relation here has columns of its own.`);
    default:
      throw invalidWhere(`There is no type ${JSON.stringify(item.type.slice(0, 50))} for the link ${link.name}.`);
  }
}

function unlinked(link: Link): Condition {
  if (link.from === 'back') return not(related(link, always));
  return link.several ? { op: 'empty', path: link.field } : { op: 'null', path: link.field };
}

const idField = { kind: 'reference', schema: { type: 'integer' } } as const;

function linked(link: Link, { value, subQuery }: Item, compiling: Compiling, depth: number): Condition {
  if (subQuery !== undefined && subQuery !== null) {
    const target = compiling.entities.of(link.target);
    const of = listOf(subQuery).map((item) => compileItem(target, asItem(item), compiling, depth + 1));
    return related(link, { op: 'and', of });
  }
  const values = listOf(value ?? [])
    .flat()
    .map((id) => comparedValue(link.name, idField, id));
  if (link.from === 'back') return related(link, { op: 'in', path: 'id', values });
  return link.several ? { op: 'overlaps', path: link.field, values } : { op: 'in', path: link.field, values };
}
