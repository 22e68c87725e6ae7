import type { Knex } from 'knex';
import Type from 'typebox';
import { printDay, printMinute } from './expiry.ts';

const nullable = (format: string) => Type.Union([Type.String({ format }), Type.Null()]);

/** A token as lists show it: never in clear. */
export const tokenSchema = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  token: Type.String({ description: 'Enough to recognise it: `inv-90ec***cb8-20260131`.' }),
  created: Type.String({ examples: ['2026-01-31 09:15'] }),
  expiry: nullable('date'),
  last_seen: nullable('date'),
  active: Type.Boolean(),
  revoked: Type.Boolean(),
  scopes: Type.Union([Type.Array(Type.String()), Type.Null()], { description: 'Null: not bound by scopes.' }),
  user: Type.Integer(),
  user_detail: Type.Object({
    pk: Type.Integer(),
    username: Type.String(),
    first_name: Type.String(),
    last_name: Type.String(),
    email: Type.String(),
  }),
  in_use: Type.Boolean({ description: 'Whether this very request used it.' }),
});

interface Row {
  id: number;
  name: string;
  redacted: string;
  scopes: string[] | null;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
  revoked_at: Date | null;
  user_id: number;
  username: string;
  first_name: string;
  last_name: string;
  email: string;
}

/** Tokens with the people they belong to; narrow it, then {@link printTokens}. */
export const tokensWithPeople = (db: Knex): Knex.QueryBuilder =>
  db('api_tokens AS t').join('users AS u', 'u.id', 't.user_id');

const columns = ['id', 'name', 'redacted', 'scopes', 'created_at', 'expires_at', 'last_used_at', 'revoked_at'];
const personColumns = ['username', 'first_name', 'last_name', 'email'];

/** Runs the query; `inUse` is the id of the token that the request came with. */
export async function printTokens(query: Knex.QueryBuilder, inUse: number | null): Promise<object[]> {
  const rows: Row[] = await query.select(
    ...[...columns, 'user_id'].map((column) => `t.${column}`),
    ...personColumns.map((column) => `u.${column}`),
  );
  return rows.map((row) => print(row, inUse));
}

function print(row: Row, inUse: number | null): object {
  const { id, name, scopes, username, first_name, last_name, email } = row;
  return {
    id,
    name,
    token: row.redacted,
    created: printMinute(row.created_at),
    expiry: row.expires_at && printDay(row.expires_at),
    last_seen: row.last_used_at && printDay(row.last_used_at),
    active: !row.revoked_at && (!row.expires_at || row.expires_at.getTime() > Date.now()),
    revoked: row.revoked_at !== null,
    scopes,
    user: row.user_id,
    user_detail: { pk: row.user_id, username, first_name, last_name, email },
    in_use: id === inUse,
  };
}
