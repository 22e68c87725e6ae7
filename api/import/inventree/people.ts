import { isRole, roleNames } from '../../../shared/access/roles.ts';
import { KeyBook } from '../key-book.ts';
import { type Reading, recordsOf, source, write } from './reading.ts';
import type { Record } from './record.ts';

/** Finds people and groups by what a dump calls them. */
export interface Names {
  /** The id of the person that a field names. Refuses the file when there is none. */
  person(record: Record, field: string): number | null;
}

type Rows = { record: Record; row: globalThis.Record<string, unknown> }[];

/** Reads groups, what they may do, and people with their memberships. */
export async function readPeople(reading: Reading): Promise<Names> {
  const { groups, made } = await readGroups(reading);
  await readRulesets(reading, groups, made);
  const people = await readUsers(reading, groups);
  return { person: (record, field) => people.idOf(record, field, record.named(field)) };
}

/** One model's ids, by name in any case and by key. */
class Directory {
  readonly #model: string;
  readonly #book: KeyBook;
  readonly byName: Map<string, number>;

  constructor(model: string, book: KeyBook, byName: Map<string, number>) {
    this.#model = model;
    this.#book = book;
    this.byName = byName;
  }

  idOf(record: Record, field: string, name: string | number | null): number | null {
    if (name === null) return null;
    const id = typeof name === 'number' ? this.#book.idOf(name) : this.byName.get(name.toLowerCase());
    return id ?? record.refuse(field, `there is no ${this.#model} ${JSON.stringify(name)}.`);
  }
}

async function readGroups(reading: Reading): Promise<{ groups: Directory; made: ReadonlySet<number> }> {
  const { trx, tallies } = reading;
  const model = 'auth.group';
  const book = await KeyBook.open(trx, source, model, 'groups');
  const here: { id: number; name: string }[] = await trx('groups').select('id', 'name');
  const byName = new Map(here.map(({ id, name }) => [name.toLowerCase(), id]));
  const fresh: Rows = [];
  const kept: string[] = [];
  for (const record of recordsOf(reading, model)) {
    const name = record.text('name', 150);
    const imported = book.idOf(record.key) !== undefined;
    const settled =
      book.settle(record.key, byName.get(name.toLowerCase())) ??
      record.refuse('name', 'another group of the file has this name.');
    byName.set(name.toLowerCase(), settled.id);
    if (!settled.here) fresh.push({ record, row: { id: settled.id, name } });
    else if (!imported) kept.push(name);
  }
  tallies.of(model).unchanged += recordsOf(reading, model).length - fresh.length;
  await write(reading, model, 'groups', fresh, true);
  const made = new Set(fresh.map(({ row }) => row.id as number));
  // A new group's rulesets are those of the file, with the file's keys; what it lacks is filled in behind them.
  await trx('rulesets')
    .whereIn('group_id', [...made])
    .delete();
  await book.close();
  if (kept.length > 0) tallies.remark(`Groups that were here already keep what they may do: ${kept.join(', ')}.`);
  return { groups: new Directory(model, book, byName), made };
}

/** What a group that is here may do is for those to say who look after people here: only new groups take it from a file. */
async function readRulesets(reading: Reading, groups: Directory, made: ReadonlySet<number>): Promise<void> {
  const { trx, tallies } = reading;
  const model = 'users.ruleset';
  const book = await KeyBook.open(trx, source, model, 'rulesets');
  const here: { id: number; group_id: number; name: string }[] = await trx('rulesets').select('id', 'group_id', 'name');
  const alike = new Map(here.map(({ id, group_id, name }) => [`${group_id} ${name}`, id]));
  const rows: Rows = [];
  const unknown = new Set<string>();
  for (const record of recordsOf(reading, model)) {
    const name = record.text('name', 50);
    const group = groups.idOf(record, 'group', record.named('group')) ?? record.refuse('group', 'a group is required.');
    const may = Object.fromEntries(
      ['can_view', 'can_add', 'can_change', 'can_delete'].map((field) => [field, record.flag(field, false)]),
    );
    if (!isRole(name)) {
      unknown.add(name);
      tallies.of(model).skipped++;
      continue;
    }
    const settled =
      book.settle(record.key, alike.get(`${group} ${name}`)) ??
      record.refuse('name', 'another ruleset of the file is for this group and role.');
    alike.set(`${group} ${name}`, settled.id);
    if (!made.has(group)) tallies.of(model).unchanged++;
    else rows.push({ record, row: { id: settled.id, group_id: group, name, ...may } });
  }
  await write(reading, model, 'rulesets', rows);
  await book.close();
  if (unknown.size > 0) tallies.remark(`Roles that there are none of here: ${[...unknown].sort().join(', ')}.`);
  await trx.raw(
    `INSERT INTO rulesets (group_id, name) SELECT g.id, role FROM groups AS g, unnest(?::text[]) AS role
     WHERE NOT EXISTS (SELECT FROM rulesets AS r WHERE r.group_id = g.id AND r.name = role)`,
    [roleNames],
  );
}

async function readUsers(reading: Reading, groups: Directory): Promise<Directory> {
  const { trx, tallies } = reading;
  const model = 'auth.user';
  const book = await KeyBook.open(trx, source, model, 'users');
  const here: { id: number; username: string }[] = await trx('users').select('id', 'username');
  const byName = new Map(here.map(({ id, username }) => [username.toLowerCase(), id]));
  const fresh: Rows = [];
  const memberships: { user_id: number; group_id: number | null }[] = [];
  const kept: string[] = [];
  for (const record of recordsOf(reading, model)) {
    const username = record.text('username', 150);
    const imported = book.idOf(record.key) !== undefined;
    const settled =
      book.settle(record.key, byName.get(username.toLowerCase())) ??
      record.refuse('username', 'another user of the file has this name.');
    const { id } = settled;
    const row = { id, username, ...accountOf(record) };
    const member = record.allNamed('groups').map((name) => groups.idOf(record, 'groups', name));
    byName.set(username.toLowerCase(), id);
    if (settled.here) {
      tallies.of(model).unchanged++;
      if (!imported) kept.push(username);
    } else {
      fresh.push({ record, row });
      memberships.push(...member.map((group_id) => ({ user_id: id, group_id })));
    }
  }
  await write(reading, model, 'users', fresh, true);
  if (memberships.length > 0) await trx('user_groups').insert(memberships).onConflict(['user_id', 'group_id']).ignore();
  await book.close();
  if (kept.length > 0) tallies.remark(`People who were here already stay as they are: ${kept.join(', ')}.`);
  return new Directory(model, book, byName);
}

/** People keep their passwords; those who are here already keep theirs from here. */
const accountOf = (record: Record) => ({
  first_name: record.textOr('first_name', 150, ''),
  last_name: record.textOr('last_name', 150, ''),
  email: record.textOr('email', 254, ''),
  password: hashOf(record.textOr('password', 300, '')),
  is_active: record.flag('is_active', true),
  is_staff: record.flag('is_staff', false),
  is_superuser: record.flag('is_superuser', false),
  date_joined: record.moment('date_joined') ?? new Date().toISOString(),
  last_login: record.moment('last_login'),
});

/** A hash that can be verified here; others, and Django's mark for none, are no password. */
function hashOf(stored: string): string | null {
  if (stored.startsWith('pbkdf2_sha256$')) return stored;
  return stored.startsWith('argon2$argon2') ? stored.slice('argon2'.length) : null;
}
