import type { Knex } from 'knex';

/** Whom a list shows. */
export const peopleKinds = {
  people: 'People',
  superusers: 'Superusers',
  service: 'Service users',
  disabled: 'Disabled',
} as const;
export type PeopleKind = keyof typeof peopleKinds;

export interface PersonFacts {
  readonly id: number;
  readonly username: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly is_active: boolean;
  readonly is_staff: boolean;
  readonly is_superuser: boolean;
  readonly is_service: boolean;
  readonly date_joined: Date;
  readonly last_login: Date | null;
  readonly has_password: boolean;
  readonly groups: readonly { readonly id: number; readonly name: string }[];
}

const columns = `u.id, u.username, u.first_name, u.last_name, u.email, u.is_active, u.is_staff, u.is_superuser, u.is_service,
  u.date_joined, u.last_login, u.password IS NOT NULL AS has_password,
  (SELECT coalesce(json_agg(json_build_object('id', g.id, 'name', g.name) ORDER BY lower(g.name)), '[]')
     FROM user_groups AS ug JOIN groups AS g ON g.id = ug.group_id WHERE ug.user_id = u.id) AS groups`;

const conditions: Readonly<Record<PeopleKind, string>> = {
  people: 'u.is_active AND NOT u.is_service',
  superusers: 'u.is_superuser AND u.is_active',
  service: 'u.is_service AND u.is_active',
  disabled: 'NOT u.is_active',
};

/** A page of people by username, those whose names or address hold every word; `more` says whether there is another page. */
export async function findPeople(
  db: Knex,
  { search, kind, limit, offset }: { search: string; kind: PeopleKind; limit: number; offset: number },
): Promise<{ people: PersonFacts[]; more: boolean }> {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 10);
  const like = words.map((word) => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`);
  const { rows } = await db.raw<{ rows: PersonFacts[] }>(
    `SELECT ${columns} FROM users AS u WHERE ${[conditions[kind], ...like.map(() => 'u.search_text LIKE ?')].join(' AND ')}
     ORDER BY lower(u.username), u.id LIMIT ? OFFSET ?`,
    [...like, limit + 1, offset],
  );
  return { people: rows.slice(0, limit), more: rows.length > limit };
}

export async function findPerson(db: Knex, id: number): Promise<PersonFacts | null> {
  const { rows } = await db.raw<{ rows: PersonFacts[] }>(`SELECT ${columns} FROM users AS u WHERE u.id = ?`, [id]);
  return rows[0] ?? null;
}
