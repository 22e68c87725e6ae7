import type { Knex } from 'knex';
import { findPerson, type PersonFacts } from '../../shared/people/find.ts';
import { findGroup, type GroupWithRights } from '../../shared/people/groups.ts';
import { notFound } from '../pages/problems.ts';
import type { BrowserContext } from '../sign-in/state.ts';

export type WithParams = BrowserContext & { params: Record<string, string> };

/** A number in a path. @throws Problem when it is none */
export function numberIn(ctx: WithParams, name = 'id'): number {
  const text = ctx.params[name] ?? '';
  if (!/^[1-9]\d{0,8}$/.test(text)) throw notFound();
  return Number(text);
}

/** The person that a path names. @throws Problem */
export async function personIn(ctx: WithParams, knex: Knex): Promise<PersonFacts> {
  const person = await findPerson(knex, numberIn(ctx));
  if (!person) throw notFound();
  return person;
}

/** The group that a path names. @throws Problem */
export async function groupIn(ctx: WithParams, knex: Knex): Promise<GroupWithRights> {
  const group = await findGroup(knex, numberIn(ctx));
  if (!group) throw notFound();
  return group;
}

/** Words of a search field, as they may stand in a statement. */
export const searchOf = (ctx: BrowserContext): string =>
  String(ctx.query.search ?? '')
    .replaceAll('\0', '')
    .trim()
    .slice(0, 200);

/** The page of a list that an address asks for, from 1 on. */
export const pageOf = (ctx: BrowserContext): number =>
  Math.min(1000, Math.max(1, Math.trunc(Number(ctx.query.page)) || 1));
