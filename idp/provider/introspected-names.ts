import type { Knex } from 'knex';
import type Koa from 'koa';
import { activeAccount } from './accounts.ts';
import { routes } from './paths.ts';

interface Introspection {
  readonly active: boolean;
  readonly sub?: string;
  username?: string;
}

/** Adds the person's `username` to what introspection tells of a live token (RFC 7662 §2.2). */
export function introspectedNames(knex: Knex): Koa.Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.path !== routes.introspection || ctx.status !== 200) return;
    const answer = ctx.body as Introspection;
    if (!answer.active || !answer.sub) return;
    const person = await activeAccount(knex, Number(answer.sub));
    // Tokens of disabled people are deleted with their disabling; this is the second lock.
    if (person) answer.username = person.username;
    else ctx.body = { active: false };
  };
}
