import type { Context, Middleware } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import { sendProblem } from '../../dialect.ts';
import { sendMethodNotAllowed } from '../../me/refused.ts';
import { allow, type Wanted } from '../../store/operation.ts';
import { Invalid, NotFound, Refusal } from '../../store/refusals.ts';
import type { Store } from '../../store/store.ts';
import { act } from './act.ts';
import { type Call, callOf } from './call.ts';
import { sendRefusal } from './errors.ts';
import { showEditForm, showForm } from './form.ts';
import { showLog } from './log.ts';
import { meantMethod } from './method-override.ts';
import { showOptions } from './options.ts';
import { preferred } from './prefer.ts';
import { type Place, placeOf, type Route, type RouteName } from './routes.ts';
import { showRow } from './row.ts';
import { deleteAction } from './rows.ts';
import { withSentForm } from './sent-form.ts';
import { showTable } from './table.ts';
import type { Tabled } from './tabled.ts';
import { create, remove, update, updateField } from './write.ts';

const handlers: Readonly<Record<RouteName, (call: Call) => Promise<void>>> = {
  table: showTable,
  form: showForm,
  log: showLog,
  options: showOptions,
  action: act,
  edit: showEditForm,
  inline: updateField,
  create,
  show: showRow,
  update,
  delete: remove,
};

/**
 * The table face of every declared resource, `/api/resources/…`, as Qore's clients speak it: reads a request into one
 * query or command, calls the store, prints what it answers.
 */
export function tableFace(store: Store, publicUrl: string, tables: ReadonlyMap<string, Tabled>): Middleware {
  return (ctx, next) => (/^\/api\/resources(?:\/|$)/.test(ctx.path) ? answerThere(ctx) : next());

  async function answerThere(ctx: Context): Promise<void> {
    const place = placeOf(tables, ctx.path);
    if (!place) return sendProblem(ctx, 404, 'Not found.');
    try {
      await answer(ctx, store, publicUrl, tables, place);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      sendRefusal(ctx, publicUrl, error);
    }
  }
}

async function answer(
  ctx: Context,
  store: Store,
  publicUrl: string,
  tables: ReadonlyMap<string, Tabled>,
  place: Place,
): Promise<void> {
  const principal: Principal = ctx.state.principal;
  const { tabled, id, named } = place;
  ctx.vary('Accept, Authorization, Cookie');
  const may = (wanted: Wanted) => allow(principal, store.operation(tabled.resource, wanted));
  await withSentForm(
    ctx,
    store,
    place,
    ({ permission }) => void may(permission),
    async (files) => {
      const method = meantMethod(ctx);
      const route = place.routes.find(({ methods }) => methods.includes(method === 'HEAD' ? 'GET' : method));
      if (!route) return refuseMethod(ctx, store, principal, place, method);
      may(wantedAt(route, place));
      const wanted = preferred(ctx);
      await handlers[route.name](
        callOf({ ctx, store, publicUrl, principal, tabled, tables, id, named, wanted, files }),
      );
    },
  );
}

/** What a request takes: an action's own permission, else its route's. @throws NotFound for an action that is none */
function wantedAt({ name, permission }: Route, { tabled, named }: Place): Wanted {
  if (name !== 'action') return permission;
  if (named === deleteAction && tabled.offered.includes('delete')) return 'delete';
  const actions = tabled.resource.actions ?? {};
  const action = Object.hasOwn(actions, named) ? actions[named] : undefined;
  if (!action) throw new NotFound('There is no such action.');
  return action;
}

/** A POST where only other methods lead anywhere may name one of them; one that names none is told how. */
function refuseMethod(ctx: Context, store: Store, principal: Principal, place: Place, method: string): void {
  const allowed = place.routes.flatMap(({ methods }) => methods);
  const changing = place.routes.find(({ methods }) => methods.includes('PUT'));
  if (method === 'POST' && changing) {
    allow(principal, store.operations(place.tabled.resource)[changing.permission]);
    throw new Invalid({ _method: ['A POST here takes the field _method: PUT, or DELETE where rows can be deleted.'] });
  }
  sendMethodNotAllowed(ctx, changing ? [...allowed, 'POST'] : allowed);
}
