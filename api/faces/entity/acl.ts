import type { Person } from '../../../shared/access/principal.ts';
import type { Permission } from '../../../shared/access/roles.ts';
import type { Sight } from '../../store/sight.ts';
import type { Entities, Entity } from './spelling.ts';

type Level = 'all' | 'own' | 'no';

const levels = { all: 'all', own: 'own', nothing: 'no' } as const;

/** What somebody may do, entity by entity, as AtroCore's clients read it: worked out by what decides about requests. */
export function aclOf({ all }: Entities, sight: Sight, person: Person | null) {
  const admin = person?.isSuperuser ?? false;
  const named = all.flatMap((entity) => entity.names.map((name) => [name, entity] as const));
  const yes = admin ? 'yes' : 'no';
  return {
    table: Object.fromEntries(named.map(([name, entity]) => [name, levelsOf(entity, sight)])),
    fieldTable: admin ? {} : Object.fromEntries(named.flatMap(([name, entity]) => fieldsOf(name, entity))),
    fieldTableQuickAccess: admin ? {} : Object.fromEntries(named.flatMap(([name, entity]) => quickly(name, entity))),
    assignmentPermission: admin ? 'all' : 'no',
    portalPermission: 'no',
    dataPrivacyPermission: yes,
    userPermission: admin ? 'all' : 'no',
    exportPermission: yes,
  };
}

function levelsOf({ resource, offers }: Entity, sight: Sight): Record<string, Level | 'yes'> {
  const level = (permission: Permission): Level =>
    offers.includes(permission) ? levels[sight(resource, permission)] : 'no';
  const read = level('view');
  const create = level('add') === 'no' ? 'no' : 'yes';
  return { create, read, stream: read, edit: level('change'), delete: level('delete') };
}

/** Fields that only superusers write. */
const guarded = ({ keys }: Entity): string[] => keys.filter(({ field }) => field.superuserOnly).map(({ key }) => key);

function fieldsOf(name: string, entity: Entity) {
  const fields = guarded(entity).map((key) => [key, { read: 'yes', edit: 'no' }]);
  return fields.length > 0 ? [[name, Object.fromEntries(fields)] as const] : [];
}

function quickly(name: string, entity: Entity) {
  const edit = { yes: [], no: guarded(entity) };
  const quick = { attributes: { read: { yes: [], no: [] }, edit }, fields: { read: { yes: [], no: [] }, edit } };
  return edit.no.length > 0 ? [[name, quick] as const] : [];
}
