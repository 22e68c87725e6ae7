import type { Knex } from 'knex';
import type Koa from 'koa';
import { routes } from './paths.ts';
import { prepared } from './prepared.ts';

interface Introspection {
  readonly active: boolean;
  readonly sub?: string;
  username?: string;
}

const activeName = prepared<{ username: string }>(
  'active_name',
  'SELECT username FROM users WHERE id = ? AND is_active',
);

/** Adds the person's `username` to what introspection tells of a live token (RFC 7662 §2.2). */
export function introspectedNames(knex: Knex): Koa.Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.path !== routes.introspection || ctx.status !== 200) return;
    const answer = ctx.body as Introspection;
    if (!answer.active || !answer.sub) return;
    const [person] = (await activeName(knex, [Number(answer.sub)])).rows;
    // Tokens of disabled people are deleted with their disabling; this is the second lock.
    if (person) answer.username = person.username;
    else ctx.body = { active: false };
  };
}
