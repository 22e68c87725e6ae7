import test from 'ava';
import { type Booking, bookableHost, booker, day, type Problem } from '../booking/lab.ts';
import { start } from '../harness/index.ts';

test('of 64 people who want one slot, over two api processes, exactly one gets it', async (t) => {
  const q = await start({ api: 1 });
  try {
    t.is(q.apis.length, 2);
    const host = await bookableHost(q);
    const people = await Promise.all(Array.from({ length: 64 }, (_, n) => booker(q, `racer${n}`)));
    const answers = await Promise.all(
      people.map(({ token }, n) =>
        q.json<Booking & Problem>(`${q.apis[n % 2]}/api/booking/booking/`, {
          as: token,
          json: { bookable: host.id, start: day(1), end: day(2), comment: `I am number ${n}` },
        }),
      ),
    );
    const won = answers.filter(({ status }) => status === 201);
    const lost = answers.filter(({ status }) => status === 409);
    t.deepEqual([won.length, lost.length], [1, 63]);
    const winner = won[0]?.body;
    for (const { body } of lost) {
      t.is(body.clash?.id, winner?.id);
      t.is(body.clash?.owner, people.find(({ id }) => id === winner?.owner)?.username);
    }
    const rows = await q.knex('occupancy').where({ bookable_id: host.id });
    t.deepEqual(
      rows.map(({ id }) => id),
      [winner?.id],
    );
  } finally {
    await q.close();
  }
});
