import type { Knex } from 'knex';
import { Application } from '../models/application.ts';

/** A page of applications by name, those whose name, description or client id has every word; and whether more follow. */
export async function findApplications(
  db: Knex,
  { search, limit, offset }: { search: string; limit: number; offset: number },
): Promise<{ applications: Application[]; more: boolean }> {
  const query = Application.query(db)
    .orderByRaw('lower(name), id')
    .limit(limit + 1)
    .offset(offset);
  for (const word of search.split(/\s+/).filter(Boolean).slice(0, 10)) {
    const like = `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;
    query.whereRaw(`concat_ws(' ', name, description, client_id) ILIKE ?`, [like]);
  }
  const found = await query;
  return { applications: found.slice(0, limit), more: found.length > limit };
}

/** One application with what its page tells; undefined when there is none. */
export async function findApplication(db: Knex, id: number | string | undefined): Promise<Application | undefined> {
  if (!/^[1-9]\d{0,8}$/.test(String(id))) return undefined;
  return Application.query(db)
    .findById(Number(id))
    .withGraphFetched('[secrets(byAge), service_user]')
    .modifiers({ byAge: (secrets) => secrets.orderBy('id', 'desc') });
}
