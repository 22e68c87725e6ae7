import test from 'ava';
import { start } from '../harness/index.ts';
import { type Booking, bookableHost, booker, type Problem } from './lab.ts';

const bookings = '/api/booking/booking/';

/** Moves a day (YYYY-MM-DD) by so many. */
const plus = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

test('«today» is the day of the installation, not that of Greenwich', async (t) => {
  for (const timeZone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
    const q = await start({ config: { timeZone } });
    try {
      const me = await booker(q, 'selma');
      const host = await bookableHost(q);
      const today = new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date());
      const book = (start: string, end: string) =>
        q.json<Problem>(bookings, { as: me.token, json: { bookable: host.id, start, end, comment: 'x' } });
      const early = await book(`${plus(today, -1)} 23:59:59`, `${today} 12:00:00`);
      t.deepEqual([early.status, ...Object.keys(early.body)], [400, 'start']);
      t.is((await book(`${today} 00:00:00`, `${today} 23:59:59`)).status, 201);
    } finally {
      await q.close();
    }
  }
});

test('31 days stay 31 days when the clocks change, and moments carry the offset of their day', async (t) => {
  const q = await start({ config: { timeZone: 'Europe/London' } });
  try {
    const me = await booker(q, 'selma');
    const host = await bookableHost(q);
    const october = `${new Date().getUTCFullYear() + 1}-10`;
    const book = (start: string, end: string) =>
      q.json<Booking>(bookings, { as: me.token, json: { bookable: host.id, start, end, comment: 'x' } });
    const made = await book(`${october}-01 00:00:00`, `${october}-31 23:59:59`);
    t.is(made.status, 201);
    t.is(made.body.start, `${october}-01T00:00:00+01:00`);
    t.is(made.body.end, `${october}-31T23:59:59Z`);
    const march = `${new Date().getUTCFullYear() + 1}-03`;
    t.is((await book(`${march}-01 00:00:00`, `${march.replace('-03', '-04')}-01 00:00:01`)).status, 400);
    t.is((await book(`${march}-01 00:00:00`, `${march.replace('-03', '-04')}-01 00:00:00`)).status, 201);
  } finally {
    await q.close();
  }
});
