import type { Services } from '../../shared/services.ts';
import { loadBookings } from './bookings.ts';
import { loadHosts } from './hosts.ts';
import { loadFindings } from './live.ts';
import { loadNoticesAndLoans } from './notices-and-loans.ts';
import { hashSamplePasswords, loadPeople, type SampleLogin, sampleLogins } from './people.ts';
import { loadPlaces } from './places.ts';
import { loadStock } from './stock.ts';

export { type SampleLogin, sampleLogins } from './people.ts';

/**
 * Fills an empty installation with a lab to look at: places, hosts, bookings around today, parts with stock, and people
 * with different roles. All of it or nothing; an installation that has buildings or parts already is left as it is.
 * @returns the log-ins of its people
 */
export async function loadSampleLab({ knex }: Pick<Services, 'knex'>): Promise<readonly SampleLogin[]> {
  const hashes = await hashSamplePasswords();
  await knex.transaction(async (trx) => {
    // Two processes that start together must not both find it empty.
    await trx.raw('LOCK TABLE building, part IN SHARE ROW EXCLUSIVE MODE');
    if ((await trx('building').first('id')) ?? (await trx('part').first('id'))) return;
    const people = await loadPeople(trx, hashes);
    const labs = await loadPlaces(trx);
    const bookables = await loadHosts(trx, labs, people);
    await loadBookings(trx, bookables, people);
    await loadFindings(trx);
    await loadNoticesAndLoans(trx, people);
    await loadStock(trx, people.users.get('storekeeper') ?? null);
  });
  return sampleLogins;
}
