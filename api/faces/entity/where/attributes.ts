import type { Field } from '../../../resources/fields.ts';
import type { Link } from '../links.ts';
import { type Entity, isShown, type Key } from '../spelling.ts';

/** What a client's word for a field or relation means. */
export type Attribute =
  | { readonly kind: 'field'; readonly path: string; readonly field: Field }
  /** The name of the row that a reference leads to. */
  | { readonly kind: 'name'; readonly key: Key }
  | { readonly kind: 'link'; readonly link: Link };

const idField: Field = { kind: 'reference', schema: { type: 'integer' } };

/** Finds what an attribute names; only what the entity shows can be named. Null for anything else. */
export function attributeOf({ keys, links }: Entity, name: string): Attribute | null {
  if (name === 'id') return { kind: 'field', path: 'id', field: idField };
  for (const key of keys) {
    if (!isShown(key)) continue;
    const { field } = key;
    if (!key.target) {
      if (key.key === name) return { kind: 'field', path: key.name, field };
      continue;
    }
    const many = field.kind === 'many';
    if (name === `${key.key}${many ? 'Ids' : 'Id'}`) return { kind: 'field', path: key.name, field };
    if (!many && name === `${key.key}Name`) return { kind: 'name', key };
  }
  const link = links.get(name);
  return link ? { kind: 'link', link } : null;
}
