import { resourceNamed } from '../../../resources/index.ts';
import { camelCase } from '../names.ts';
import type { Entity } from '../spelling.ts';

/** A declared path as clients of an entity would write it: `rack.lab` → `rack.labId`. */
export function attributeOfPath({ keys }: Pick<Entity, 'keys'>, path: string): string {
  const [first = '', ...rest] = path.split('.');
  const key = keys.find(({ name }) => name === first);
  if (!key) return camelCase(first.replace('$', ''));
  if (!key.target) return key.key;
  if (rest.length === 0) return `${key.key}${key.field.kind === 'many' ? 'Ids' : 'Id'}`;
  const fields = resourceNamed(key.target.name).fields;
  const last = rest.map((part, n) => camelCase(part) + (n === rest.length - 1 && fields[part]?.target ? 'Id' : ''));
  return [key.key, ...last].join('.');
}
