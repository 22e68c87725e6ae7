import type { Knex } from 'knex';
import type { Person } from './principal.ts';
import { isRole, type Permission, permissions, type Role } from './roles.ts';

interface PersonRow {
  id: number;
  username: string;
  first_name: string;
  last_name: string;
  email: string;
  email_confirmed: boolean;
  is_active: boolean;
  is_staff: boolean;
  is_superuser: boolean;
  groups: number[];
  rights: Array<{ name: string } & Record<Permission, boolean>>;
}

const query = `
  SELECT u.id, u.username, u.first_name, u.last_name, u.email,
    u.email_verified_at IS NOT NULL AS email_confirmed, u.is_active, u.is_staff, u.is_superuser,
    ARRAY(SELECT group_id FROM user_groups WHERE user_id = u.id ORDER BY group_id) AS groups,
    (SELECT coalesce(json_agg(r), '[]') FROM (
       SELECT name, bool_or(can_view) AS view, bool_or(can_add) AS add,
              bool_or(can_change) AS change, bool_or(can_delete) AS delete
       FROM rulesets JOIN user_groups USING (group_id) WHERE user_id = u.id GROUP BY name) r) AS rights
  FROM users u WHERE `;

/**
 * Reads a person with their groups and rights in one query; null when there is no such person.
 * Usernames are compared without regard to case. Inactive people are answered too: look at `isActive`.
 */
export async function loadPerson(db: Knex, where: { id: number } | { username: string }): Promise<Person | null> {
  const { rows } = await ('id' in where
    ? db.raw<{ rows: PersonRow[] }>(`${query} u.id = ?`, [where.id]).options({ name: 'person_by_id' })
    : db.raw<{ rows: PersonRow[] }>(`${query} lower(u.username) = lower(?)`, [where.username]));
  return rows[0] ? personFrom(rows[0]) : null;
}

function personFrom(row: PersonRow): Person {
  const rights = new Map<Role, ReadonlySet<Permission>>();
  for (const ruleset of row.rights) {
    const held = permissions.filter((permission) => ruleset[permission]);
    if (isRole(ruleset.name) && held.length > 0) rights.set(ruleset.name, new Set(held));
  }
  return {
    id: row.id,
    username: row.username,
    firstName: row.first_name,
    lastName: row.last_name,
    email: row.email,
    emailConfirmed: row.email_confirmed,
    isActive: row.is_active,
    isStaff: row.is_staff,
    isSuperuser: row.is_superuser,
    groups: row.groups,
    rights,
  };
}
