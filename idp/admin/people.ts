import type Router from '@koa/router';
import { moment } from '../../shared/pages/moment.ts';
import { findPeople, type PeopleKind, peopleKinds } from '../../shared/people/find.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import type { BrowserState } from '../sign-in/state.ts';
import { pageOf, searchOf } from './found.ts';
import type { AdminServices } from './router.ts';

/** People on one page of the list. */
const pageSize = 50;

/** `/admin/people/`: everybody there is. */
export function peopleRoutes(router: Router<BrowserState>, { knex, config }: AdminServices): void {
  router.get('/admin/people/', async (ctx) => {
    const search = searchOf(ctx);
    const page = pageOf(ctx);
    const asked = String(ctx.query.show);
    const kind: PeopleKind = Object.hasOwn(peopleKinds, asked) ? (asked as PeopleKind) : 'people';
    const { people, more } = await findPeople(knex, { search, kind, limit: pageSize, offset: (page - 1) * pageSize });
    showPage(ctx, 'admin-people', {
      search,
      page,
      more,
      kind,
      kinds: (Object.keys(peopleKinds) as PeopleKind[]).map((one) => [one, say(`people-kinds.${one}`)]),
      people: people.map((person) => ({ ...person, lastLogin: moment(person.last_login, config.timeZone) })),
    });
  });
}
