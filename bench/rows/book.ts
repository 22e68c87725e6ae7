import { compareRequests } from '../measure/requests.ts';
import { type Bench, type Outcome, type Row, ratio, under } from '../row.ts';

const path = '/api/booking/booking/';
const day = 86_400_000;
const connections = 64;

let taken = 0;

export const book: Row = {
  name: 'book',
  about: `a free slot for one of 10,000 bookable hosts, ${connections} at a time, to a bare INSERT into the same table`,
  async run(bench: Bench): Promise<Outcome> {
    const stage = await bench.stage(bench.hosts);
    const { rows } = await stage.services.pool.query<{ id: number }>('SELECT id FROM bookable ORDER BY id');
    const bookables = rows.map(({ id }) => id);
    const start = Math.floor(Date.now() / day) * day + 2 * day;
    const headers = await stage.bearer('r:add:booking', 'r:view:booking');
    // Each load has days of its own, so that no slot is taken twice.
    const slots = (headers: Readonly<Record<string, string>>) => () => {
      taken += 20 * bookables.length;
      const shot = { kind: 'slots', path, bookables, start, from: taken } as const;
      return { headers: { ...headers, 'content-type': 'application/json' }, connections, shot };
    };
    const sql = `INSERT INTO booking (owner_id, bookable_id, start, "end", comment)
      VALUES (${stage.person.id}, $1, $2, $3, $4) RETURNING id`;
    const keys = ['bookable', 'start', 'end', 'comment'];
    const bare = await stage.bare('rows', [
      { method: 'POST', path, name: 'book', keys, one: true, envelope: '«rows»', sql },
    ]);
    try {
      const measured = await compareRequests(
        'book',
        { api: { server: stage.api, load: slots(headers) }, bare: { server: bare, load: slots({}) } },
        bench,
      );
      return {
        figures: [ratio('to a bare INSERT', measured.api, measured.bare, { atLeast: 0.5 })],
        measured: under('book', Object.values(measured)),
      };
    } finally {
      await bare.close();
    }
  },
};
