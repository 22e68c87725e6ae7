import test from 'ava';
import fc from 'fast-check';
import { type Running, start } from '../harness/index.ts';
import { type Booking, bookableHost, day, type Problem } from './lab.ts';

let q: Running;
let as: string;
test.before(async () => {
  q = await start();
  as = await q.tokenFor(await q.person({ username: 'root', superuser: true }));
});
test.after.always(() => q?.close());

/** Hours from tomorrow on; a length of null is open-ended. */
interface Wish {
  kind: 'booking' | 'reservation';
  from: number;
  hours: number | null;
}

const wish: fc.Arbitrary<Wish> = fc.oneof(
  fc.record({ kind: fc.constant('booking' as const), from: fc.nat(120), hours: fc.nat(48) }),
  fc.record({
    kind: fc.constant('reservation' as const),
    from: fc.nat(120),
    hours: fc.option(fc.nat(72), { freq: 4 }),
  }),
);

const ask = (bookable: number, { kind, from, hours }: Wish) =>
  q.json<Booking & Problem>(`/api/booking/${kind}/`, {
    as,
    json: { bookable, start: day(1, from), end: hours === null ? null : day(1, from + hours), comment: 'x' },
  });

/** Pairs that hold one host in the same moment, worked out without ranges. */
async function overlaps(bookable: number): Promise<unknown[]> {
  const { rows } = await q.knex.raw<{ rows: unknown[] }>(
    `SELECT a.id, b.id FROM occupancy AS a JOIN occupancy AS b ON a.bookable_id = b.bookable_id AND a.id < b.id
     WHERE a.bookable_id = ? AND a.cancelled_at IS NULL AND b.cancelled_at IS NULL
       AND a.start < coalesce(b."end", 'infinity') AND b.start < coalesce(a."end", 'infinity')
       AND a."end" IS DISTINCT FROM a.start AND b."end" IS DISTINCT FROM b.start`,
    [bookable],
  );
  return rows;
}

test('asked one after the other, exactly those that fit get in', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: 2, maxLength: 12 }), async (wishes) => {
      const { id } = await bookableHost(q);
      const held: [number, number][] = [];
      for (const one of wishes) {
        const until = one.hours === null ? Number.POSITIVE_INFINITY : one.from + one.hours;
        const fits = until === one.from || held.every(([from, to]) => until <= from || to <= one.from);
        const { status, body } = await ask(id, one);
        t.is(status, fits ? 201 : 409, JSON.stringify({ wishes, one, body }));
        if (fits && until > one.from) held.push([one.from, until]);
        if (!fits) t.truthy(body.clash?.id);
      }
      t.deepEqual(await overlaps(id), []);
    }),
    { numRuns: 20 },
  );
});

test('asked all at once, no two hold one host in one moment, and nobody hears an error', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: 6, maxLength: 24 }), async (wishes) => {
      const { id } = await bookableHost(q);
      const answers = await Promise.all(wishes.map((one) => ask(id, one)));
      for (const { status } of answers) t.true(status === 201 || status === 409);
      t.true(answers.some(({ status }) => status === 201));
      t.deepEqual(await overlaps(id), []);
      const { length } = await q.knex('occupancy').where({ bookable_id: id }).select('id');
      t.is(length, answers.filter(({ status }) => status === 201).length);
    }),
    { numRuns: 20 },
  );
});

test('moved about and cancelled all at once, they still keep clear', async (t) => {
  const move = fc.record({
    which: fc.nat(),
    from: fc.nat(120),
    hours: fc.integer({ min: 1, max: 48 }),
    cancel: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 4, maxLength: 16 }), async (moves) => {
      const { id } = await bookableHost(q);
      const made: number[] = [];
      for (const from of [0, 24, 48, 72, 96]) {
        made.push((await ask(id, { kind: 'booking', from, hours: 12 })).body.id);
      }
      const statuses = await Promise.all(
        moves.map(async ({ which, from, hours, cancel }) => {
          const path = `/api/booking/booking/${made[which % made.length]}/`;
          const json = { start: day(1, from), end: day(1, from + hours) };
          return (await q.fetch(path, { as, ...(cancel ? { method: 'DELETE' } : { method: 'PATCH', json }) })).status;
        }),
      );
      for (const status of statuses) t.true([200, 204, 404, 409].includes(status), String(statuses));
      t.deepEqual(await overlaps(id), []);
    }),
    { numRuns: 15 },
  );
});

test('whoever writes past the rules is stopped by the table itself', async (t) => {
  const { id } = await bookableHost(q);
  const person = await q.person({ username: 'raw' });
  const insert = (kind: string, start: string, end: string | null) =>
    q.knex('occupancy').insert({ kind, bookable_id: id, owner_id: person.id, start, end, comment: 'x' });
  await insert('reservation', day(1), day(3));
  await t.throwsAsync(insert('booking', day(2), day(4)), { code: '23P01' });
  await t.throwsAsync(insert('booking', day(5), null), { code: '23514' });
  await t.throwsAsync(insert('booking', day(6), day(5)), { code: '23514' });
  await t.notThrowsAsync(insert('booking', day(3), day(4)));
});
