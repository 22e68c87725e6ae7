import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { apiLetters } from '../../api/mail/api-letters.ts';
import { makeApiToken } from '../../shared/identity/api-tokens.ts';
import { bookableHost, day } from '../booking/lab.ts';
import { type Running, runProcess, start, type TestPerson } from '../harness/index.ts';
import { environmentOf } from '../harness/start.ts';

let q: Running;
let as: string;
let me: TestPerson;
let next: TestPerson;
let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qm-jobs-'));
  q = await start({ config: { dataDir: folder } });
  as = await q.tokenFor(await q.person({ username: 'clock', staff: true }));
  me = await q.person({ username: 'may', email: 'may@example.org', confirmed: true, firstName: 'May' });
  next = await q.person({ username: 'ned', email: 'ned@example.org', confirmed: true });
});
test.after.always(async () => {
  await q?.close();
  await rm(folder, { recursive: true, force: true });
});

const occupy = async (values: Record<string, unknown>): Promise<number> =>
  (
    await q
      .knex('occupancy')
      .insert({ kind: 'booking', owner_id: me.id, comment: 'x', ...values })
      .returning('id')
  )[0].id;
const morning = async () => (await q.json<string>('/api/cron/morningjobs', { as, method: 'POST' })).body;
const letters = async (id: number) =>
  (
    await q
      .knex('outbox')
      .whereRaw("facts->>'id' = ?", [String(id)])
      .orderBy('id')
  ).map(({ kind, facts }) => ({ kind, facts }));
const kinds = async (id: number) => (await letters(id)).map(({ kind }) => kind);

test.serial('each reminder goes out once, however often the job runs, and by several at once', async (t) => {
  const host = await bookableHost(q);
  const before = await occupy({ bookable_id: host.id, owner_id: next.id, start: day(-3), end: day(-2) });
  const tomorrow = await occupy({ bookable_id: host.id, start: day(1, 9), end: day(3) });
  await occupy({ bookable_id: host.id, owner_id: next.id, start: day(4), end: day(5) });
  const other = await bookableHost(q);
  const ending = await occupy({ bookable_id: other.id, start: day(-1), end: day(1, 23) });
  const after = await occupy({ bookable_id: other.id, owner_id: next.id, start: day(3), end: day(5) });
  const third = await bookableHost(q);
  const cancelled = await occupy({ bookable_id: third.id, start: day(1), end: day(2), cancelled_at: day(0) });
  const far = await occupy({ bookable_id: third.id, start: day(2), end: day(9) });
  const held = await occupy({ kind: 'reservation', bookable_id: (await bookableHost(q)).id, start: day(1), end: null });

  const sentences = await Promise.all([morning(), morning(), morning()]);
  t.true(sentences.every((one) => typeof one === 'string'));
  t.is(await morning(), 'Morning jobs: nothing to do.');
  t.deepEqual(await kinds(before), ['ended']);
  t.deepEqual(await kinds(tomorrow), ['start_reminder']);
  t.deepEqual(await kinds(ending), ['end_reminder']);
  t.deepEqual(await kinds(held), ['start_reminder']);
  for (const id of [cancelled, far, after]) t.deepEqual(await kinds(id), []);
  t.like((await letters(tomorrow))[0]?.facts, { last: 'ned', name: 'May', hostname: host.hostname });
  t.like((await letters(ending))[0]?.facts.next, { owner: 'ned' });
  t.is((await letters(held))[0]?.facts.end, null);
  const flags = await q.knex('occupancy').where({ id: ending }).first();
  t.like(flags, { mail_start_reminder_sent: false, mail_end_reminder_sent: true, mail_end_sent: false });
  const entry = await q
    .knex('audit_entries')
    .where({ resource: 'booking', object_id: String(ending) })
    .first();
  t.like(entry, { action: 'end_reminder', actor: 'clock' });
});

test.serial('who left the host’s group, and a host out of service, keep nobody from their reminders', async (t) => {
  const suspended = await bookableHost(q, { status: 'suspended' });
  const [group] = await q.knex('groups').insert({ name: 'Closed' }).returning('id');
  const limited = await bookableHost(q, { group: group.id });
  const ids = [
    await occupy({ bookable_id: suspended.id, start: day(1, 1), end: day(2) }),
    await occupy({ bookable_id: limited.id, start: day(1, 2), end: day(2) }),
  ];
  await morning();
  for (const id of ids) t.deepEqual(await kinds(id), ['start_reminder']);
});

test.serial('one that fails spoils none of the others, and is told', async (t) => {
  const ids = [];
  for (const hour of [3, 4, 5]) {
    ids.push(await occupy({ bookable_id: (await bookableHost(q)).id, start: day(1, hour), end: day(2) }));
  }
  await q.knex.raw(`ALTER TABLE outbox ADD CONSTRAINT fails CHECK (facts->>'id' <> '${ids[1]}')`);
  t.is(await morning(), 'Morning jobs: starting soon 2; 1 failed, see the log.');
  await q.knex.raw('ALTER TABLE outbox DROP CONSTRAINT fails');
  t.is(await morning(), 'Morning jobs: starting soon 1.');
  for (const id of ids) t.deepEqual(await kinds(id), ['start_reminder']);
});

test.serial('whoever holds a reservation for long is asked every twelve weeks, until it is over', async (t) => {
  const reserve = async (start: string, end: string | null, nagged: string | null = null) =>
    occupy({ kind: 'reservation', bookable_id: (await bookableHost(q)).id, start, end, mail_last_nag: nagged });
  const long = await reserve(day(-85), null);
  const asked = await reserve(day(-200), null, day(-10));
  const again = await reserve(day(-200), day(5), day(-85));
  const short = await reserve(day(-80), null);
  const over = await reserve(day(-200), day(-1));
  await morning();
  t.is(await morning(), 'Morning jobs: nothing to do.');
  t.deepEqual(await Promise.all([long, asked, again, short, over].map(kinds)), [['nag'], [], ['nag'], [], []]);
});

test.serial('whoever holds an API token with an end is told a week before, once', async (t) => {
  const token = async (name: string, made: number, ends: number | null, userId = me.id) => {
    const expiresAt = ends === null ? null : new Date(day(ends));
    const { id } = await makeApiToken(q.knex, { userId, name, spelling: 'inventree', scopes: null, expiresAt });
    await q
      .knex('api_tokens')
      .where({ id })
      .update({ created_at: day(made) });
    return id;
  };
  const unheard = await q.person({ username: 'una', email: 'una@example.org' });
  await token('nightly import', -300, 5);
  await token('far away', -300, 30);
  await token('for ever', -300, null);
  await token('for this week only', -2, 5);
  await token('ended', -300, -1);
  await token('of somebody who is not written to', -300, 5, unheard.id);
  const revoked = await token('taken back', -300, 5);
  await q.knex('api_tokens').where({ id: revoked }).update({ revoked_at: new Date() });

  t.is(await morning(), 'Morning jobs: tokens ending soon 1.');
  t.is(await morning(), 'Morning jobs: nothing to do.');
  const written = await q.knex('outbox').where({ kind: 'token_ending' });
  t.deepEqual(
    written.map(({ recipient, facts }) => [recipient, facts.token]),
    [['may@example.org', 'nightly import']],
  );
  const { text } = apiLetters.token_ending(written[0].facts, q.services.config);
  t.regex(text, /^Hello May,\n\nThe API token «nightly import» of your account «may» ends on /);
  t.regex(text, /\/accounts\/tokens\/\n/);
  await q.knex('users').where({ id: unheard.id }).update({ email_verified_at: new Date() });
  t.is(await morning(), 'Morning jobs: tokens ending soon 1.');
});

test.serial('npm run jobs does the same from a shell, and sends what waits', async (t) => {
  const id = await occupy({ bookable_id: (await bookableHost(q)).id, start: day(1, 6), end: day(2) });
  const env = environmentOf(q.services.config);
  const done = await runProcess('api/jobs/main.ts', env, ['morning']);
  t.is(done.code, 0, done.stderr);
  t.regex(done.stdout, /morning: starting soon 1\./);
  t.regex(done.stdout, /Mails: \d+ kept in /);
  t.deepEqual(await kinds(id), ['start_reminder']);
  t.is((await q.knex('outbox').whereNull('sent_at')).length, 0);
  t.is((await readdir(join(folder, 'outbox'))).length, (await q.knex('outbox')).length);
  const entry = await q
    .knex('audit_entries')
    .where({ resource: 'booking', object_id: String(id) })
    .first();
  t.like(entry, { actor: 'console', proof: 'console' });
  t.is((await runProcess('api/jobs/main.ts', env, ['evening'])).code, 2);
});
