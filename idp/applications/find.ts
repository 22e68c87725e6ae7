import type { Knex } from 'knex';
import { Application } from '../../shared/models/application.ts';

/** Applications on one page of the list. */
export const pageSize = 50;

/** A page of applications by name, those whose name, description or client id has every word; and whether more follow. */
export async function findApplications(
  db: Knex,
  { search, page }: { search: string; page: number },
): Promise<{ applications: Application[]; more: boolean }> {
  const query = Application.query(db)
    .orderByRaw('lower(name), id')
    .limit(pageSize + 1)
    .offset((page - 1) * pageSize);
  for (const word of search.split(/\s+/).filter(Boolean).slice(0, 10)) {
    const like = `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;
    query.whereRaw(`concat_ws(' ', name, description, client_id) ILIKE ?`, [like]);
  }
  const found = await query;
  return { applications: found.slice(0, pageSize), more: found.length > pageSize };
}

/** One application with what its page tells; undefined when there is none. */
export async function findApplication(db: Knex, id: string | undefined): Promise<Application | undefined> {
  if (!/^[1-9]\d{0,8}$/.test(id ?? '')) return undefined;
  return Application.query(db)
    .findById(Number(id))
    .withGraphFetched('[secrets(byAge), service_user]')
    .modifiers({ byAge: (secrets) => secrets.orderBy('id', 'desc') });
}

/** How many people have connected an application. */
export async function peopleConnected(db: Knex, clientId: string): Promise<number> {
  const { rows } = await db.raw<{ rows: [{ people: number }] }>(
    `SELECT count(DISTINCT account_id)::int AS people FROM oidc_artifacts
      WHERE kind = 'Grant' AND client_id = ? AND expires_at > now()`,
    [clientId],
  );
  return rows[0].people;
}
