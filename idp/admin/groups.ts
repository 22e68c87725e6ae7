import type Router from '@koa/router';
import { type Permission, permissions, type Role, roleNames } from '../../shared/access/roles.ts';
import { FieldRefused } from '../../shared/applications/field-refused.ts';
import { changeGroup, createGroup, deleteGroup, type GroupRights, listGroups } from '../../shared/people/groups.ts';
import { say } from '../messages/say.ts';
import { type Outcomes, outcomeOf } from '../pages/outcomes.ts';
import { showPage } from '../pages/pages.ts';
import { seeOther } from '../pages/see-other.ts';
import type { Form } from '../sign-in/form.ts';
import { type BrowserContext, type BrowserState, principalOf } from '../sign-in/state.ts';
import { groupIn } from './found.ts';
import type { AdminServices } from './router.ts';

const home = '/admin/groups/';
const outcomes: Outcomes = {
  created: 'groups.done-created',
  changed: 'groups.done-changed',
  deleted: 'groups.done-deleted',
};

/** `/admin/groups/`: groups, and what each lets its members do. */
export function groupRoutes(router: Router<BrowserState>, { knex }: AdminServices): void {
  router.get(home, (ctx) => showList(ctx, {}));

  router.post(home, async (ctx) => {
    const name = ctx.state.form.text('name');
    const problem = wrongWithName(name);
    if (problem) return showList(ctx, { name, errors: { name: problem } }, 422);
    try {
      seeOther(ctx, `${home}${await createGroup(knex, principalOf(ctx), name)}/?done=created`);
    } catch (error) {
      if (!(error instanceof FieldRefused)) throw error;
      await showList(ctx, { name, errors: { [error.field]: error.message } }, 422);
    }
  });

  router.get(`${home}:id/`, async (ctx) => {
    const { rights, ...group } = await groupIn(ctx, knex);
    showPage(ctx, 'admin-group', {
      group,
      values: { name: group.name },
      grid: gridOf(rights),
      done: outcomeOf(ctx, outcomes),
    });
  });

  router.post(`${home}:id/`, async (ctx) => {
    const group = await groupIn(ctx, knex);
    const name = ctx.state.form.text('name');
    const rights = readRights(ctx.state.form);
    const again = (errors: Record<string, string>) =>
      showPage(ctx, 'admin-group', { group, values: { name }, grid: gridOf(rights), errors }, 422);
    const problem = wrongWithName(name);
    if (problem) return again({ name: problem });
    try {
      await changeGroup(knex, principalOf(ctx), group.id, { name, rights });
      seeOther(ctx, `${home}${group.id}/?done=changed`);
    } catch (error) {
      if (!(error instanceof FieldRefused)) throw error;
      again({ [error.field]: error.message });
    }
  });

  router.get(`${home}:id/delete/`, async (ctx) => {
    const { id, name, members } = await groupIn(ctx, knex);
    showPage(ctx, 'confirm', {
      title: say('groups.ask-delete', { name }),
      sentences: [say('groups.belong', { count: members }), say('groups.no-undo')],
      action: ctx.path,
      button: say('groups.delete-button'),
      back: `${home}${id}/`,
    });
  });

  router.post(`${home}:id/delete/`, async (ctx) => {
    const { id } = await groupIn(ctx, knex);
    await deleteGroup(knex, principalOf(ctx), id);
    seeOther(ctx, `${home}?done=deleted`);
  });

  async function showList(
    ctx: BrowserContext,
    typed: { name?: string; errors?: Record<string, string> },
    status = 200,
  ): Promise<void> {
    const groups = await listGroups(knex);
    showPage(ctx, 'admin-groups', { ...typed, groups, done: outcomeOf(ctx, outcomes) }, status);
  }
}

function wrongWithName(name: string): string | null {
  if (name === '') return say('groups.no-name');
  return name.length > 150 ? say('words.at-most', { most: 150 }) : null;
}

const isPermission = (word: string): word is Permission => (permissions as readonly string[]).includes(word);

/** Ticked boxes are called `right` and say `role:permission`. */
function readRights(form: Form): GroupRights {
  const ticked = form.all('right').map((right) => right.split(':'));
  const of = (role: Role) =>
    new Set(
      ticked.flatMap(([name, permission = '']) => (name === role && isPermission(permission) ? [permission] : [])),
    );
  return Object.fromEntries(roleNames.map((role) => [role, of(role)])) as Record<Role, Set<Permission>>;
}

const gridOf = (rights: GroupRights) =>
  roleNames.map((role) => ({
    role,
    label: say(`role-labels.${role}`),
    covers: say(`roles.${role}`),
    ticks: permissions.map((permission) => ({ permission, ticked: rights[role].has(permission) })),
  }));
