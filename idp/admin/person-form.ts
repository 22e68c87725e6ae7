import type Router from '@koa/router';
import { FieldRefused } from '../../shared/applications/field-refused.ts';
import { changePerson, createPerson } from '../../shared/people/commands.ts';
import { type PersonWish, wrongWithPerson } from '../../shared/people/fields.ts';
import type { PersonFacts } from '../../shared/people/find.ts';
import { listGroups } from '../../shared/people/groups.ts';
import { showPage } from '../pages/pages.ts';
import { seeOther } from '../pages/see-other.ts';
import type { Form } from '../sign-in/form.ts';
import { type BrowserContext, type BrowserState, principalOf } from '../sign-in/state.ts';
import { personIn } from './found.ts';
import type { AdminServices } from './router.ts';

const nobody: PersonWish = {
  username: '',
  first_name: '',
  last_name: '',
  email: '',
  is_staff: false,
  is_superuser: false,
  groups: [],
};

/** Making a person or a service user, and changing what is said of one. */
export function personFormRoutes(router: Router<BrowserState>, { knex }: AdminServices): void {
  for (const [path, isService] of [
    ['/admin/people/new/', false],
    ['/admin/people/new-service/', true],
  ] as const) {
    router.get(path, (ctx) => show(ctx, { values: nobody, person: null, isService }));

    router.post(path, async (ctx) => {
      const values = readPerson(ctx.state.form, isService);
      await saved(ctx, { values, person: null, isService }, () =>
        createPerson(knex, principalOf(ctx), values, isService).then((id) => `/admin/people/${id}/?done=created`),
      );
    });
  }

  router.get('/admin/people/:id/update/', async (ctx) => {
    const person = await personIn(ctx, knex);
    const values = { ...person, groups: person.groups.map(({ id }) => id) };
    await show(ctx, { values, person, isService: person.is_service });
  });

  router.post('/admin/people/:id/update/', async (ctx) => {
    const person = await personIn(ctx, knex);
    const values = readPerson(ctx.state.form, person.is_service);
    await saved(ctx, { values, person, isService: person.is_service }, async () => {
      await changePerson(knex, principalOf(ctx), person.id, values);
      return `/admin/people/${person.id}/?done=changed`;
    });
  });

  interface Shown {
    readonly values: PersonWish;
    /** Null: a new one. */
    readonly person: PersonFacts | null;
    readonly isService: boolean;
    readonly errors?: Readonly<Record<string, string>>;
  }

  /** Carries out what a form asks for, or shows it again with what is wrong. */
  async function saved(ctx: BrowserContext, shown: Shown, work: () => Promise<string>): Promise<void> {
    const errors = wrongWithPerson(shown.values);
    if (Object.keys(errors).length > 0) return show(ctx, { ...shown, errors }, 422);
    try {
      seeOther(ctx, await work());
    } catch (error) {
      if (!(error instanceof FieldRefused)) throw error;
      await show(ctx, { ...shown, errors: { [error.field]: error.message } }, 422);
    }
  }

  async function show(ctx: BrowserContext, shown: Shown, status = 200): Promise<void> {
    const groups = await listGroups(knex);
    const view = {
      ...shown,
      groups: groups.map(({ id, name }) => ({ id, name, ticked: shown.values.groups.includes(id) })),
    };
    showPage(ctx, 'admin-person-form', view, status);
  }
}

/** Service users are never staff or superusers: what scripts may do comes from groups. */
function readPerson(form: Form, isService: boolean): PersonWish {
  const groups = form.all('groups').filter((id) => /^[1-9]\d{0,8}$/.test(id));
  return {
    username: form.text('username'),
    first_name: form.text('first_name'),
    last_name: form.text('last_name'),
    email: form.text('email'),
    is_staff: !isService && form.has('is_staff'),
    is_superuser: !isService && form.has('is_superuser'),
    groups: [...new Set(groups)].map(Number),
  };
}
