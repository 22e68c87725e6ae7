import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { bookingLetters } from '../../api/mail/letters.ts';
import { openCarrier } from '../../shared/mail/carrier.ts';
import { deliver } from '../../shared/mail/delivery.ts';
import { bookableHost, day } from '../booking/lab.ts';
import { FormBrowser } from '../harness/form-browser.ts';
import { type Running, start, type TestPerson } from '../harness/index.ts';
import { soon } from '../harness/soon.ts';
import { type SmtpServer, smtpServer } from './smtp-server.ts';

let q: Running;
let smtp: SmtpServer;
test.before(async () => {
  smtp = await smtpServer();
  q = await start({ config: { smtpUrl: smtp.url, mailFrom: 'Lab <lab@example.org>' } });
});
test.after.always(async () => {
  await q?.close();
  await smtp?.close();
});

const bookings = '/api/booking/booking/';
const mailsTo = (person: TestPerson) => q.knex('outbox').where({ user_id: person.id }).orderBy('id');
const kinds = async (person: TestPerson) => (await mailsTo(person)).map(({ kind }) => kind);
const booker = (username: string, email = `${username}@example.org`) =>
  q.person({ username, email, confirmed: email !== '', rights: { booking: ['add'] } });

test.serial('who books is told, and who cancels too; what is refused tells nobody', async (t) => {
  const me = await booker('mia');
  const as = await q.tokenFor(me);
  const host = await bookableHost(q);
  const json = { bookable: host.id, start: day(1), end: day(2), comment: 'soak <test>' };
  const { body } = await q.json<{ id: number }>(bookings, { as, json });
  t.deepEqual(await kinds(me), ['created']);
  t.is((await q.fetch(bookings, { as, json })).status, 409);
  t.deepEqual(await kinds(me), ['created']);
  await q.fetch(`${bookings}${body.id}/`, { as, method: 'DELETE' });
  t.deepEqual(await kinds(me), ['created', 'cancelled']);
  t.like((await mailsTo(me))[1].facts, { hostname: host.hostname, by: 'mia', what: 'booking', comment: 'soak <test>' });
});

test.serial(
  'who has no address, or did not confirm it, and what comes from another system, gets no mail',
  async (t) => {
    const mute = await booker('mute', '');
    const host = await bookableHost(q);
    const json = { bookable: host.id, start: day(1), end: day(2), comment: 'x' };
    await q.fetch(bookings, { as: await q.tokenFor(mute), json });
    t.deepEqual(await kinds(mute), []);

    const email = 'nadia@example.org';
    const unheard = await q.person({
      username: 'nadia',
      password: 'correct horse',
      email,
      rights: { booking: ['add'] },
    });
    const [first, second] = [await bookableHost(q), await bookableHost(q)];
    const as = await q.tokenFor(unheard);
    await q.fetch(bookings, { as, json: { ...json, bookable: first.id } });
    t.deepEqual(await kinds(unheard), [], 'nobody knows whose address it is');
    const browser = new FormBrowser(q.url);
    await browser.signIn(await browser.open('/accounts/login/'), unheard);
    const notice = /no letters about your bookings reach you/;
    t.regex((await browser.open('/')).html, notice);
    await q.knex('users').where({ id: unheard.id }).update({ email, email_verified_at: new Date() });
    t.is(await soon(404, async () => ({ status: notice.test((await browser.open('/')).html) ? 200 : 404 })), 404);
    await q.fetch(bookings, { as, json: { ...json, bookable: second.id } });
    t.deepEqual(await kinds(unheard), ['created']);

    const boss = await q.person({ username: 'boss', rights: { booking: ['add', 'change'] } });
    const old = await booker('old');
    const other = await bookableHost(q);
    const taken = { ...json, bookable: other.id, owner: old.id, import_id: 7 };
    t.is((await q.fetch(bookings, { as: await q.tokenFor(boss), json: taken })).status, 201);
    t.deepEqual(await kinds(old), []);
  },
);

test.serial('when a host goes out of service, those who have it now or soon hear so, once', async (t) => {
  const [running, coming, over] = await Promise.all(['rob', 'cora', 'olaf'].map((name) => booker(name)));
  const host = await bookableHost(q);
  for (const [owner, start, end] of [
    [running, day(-1), day(1)],
    [coming, day(2), day(3)],
    [over, day(-5), day(-4)],
  ] as const) {
    await q
      .knex('occupancy')
      .insert({ kind: 'booking', bookable_id: host.id, owner_id: owner?.id, start, end, comment: 'x' });
  }
  const root = await q.tokenFor(await q.person({ username: 'root', superuser: true }));
  const change = (path: string, json: object) => q.fetch(path, { as: root, method: 'PATCH', json });
  t.is((await change(`/api/inventory/hostbyid/${host.host}/`, { status: 'missing' })).status, 200);
  await change(`/api/booking/bookable/${host.id}/`, { comment: 'gone' });
  await change(`/api/booking/bookable/${host.id}/`, { status: 'inactive' });
  for (const [person, expected] of [
    [running, ['unavailable']],
    [coming, ['unavailable']],
    [over, []],
  ] as const) {
    t.deepEqual(await kinds(person as TestPerson), [...expected]);
  }
});

test.serial(
  'when a host is deleted, so are the bookings of it and of its virtual machines, and their owners hear so',
  async (t) => {
    const [one, two] = await Promise.all(['dora', 'vera'].map((name) => booker(name)));
    const host = await bookableHost(q);
    const machine = await bookableHost(q);
    await q.knex('host').where({ id: machine.host }).update({ vm_host_id: host.host });
    for (const [bookable, owner] of [
      [host, one],
      [machine, two],
    ] as const) {
      const times = { start: day(2), end: day(3) };
      await q
        .knex('occupancy')
        .insert({ kind: 'booking', bookable_id: bookable.id, owner_id: owner?.id, comment: 'x', ...times });
    }
    const as = await q.tokenFor(await q.person({ username: 'remover', rights: { host: ['delete'] } }));
    t.is((await q.fetch(`/api/inventory/host/${host.host}/`, { as, method: 'DELETE' })).status, 204);
    for (const person of [one, two]) t.deepEqual(await kinds(person as TestPerson), ['unavailable']);
  },
);

test.serial('mails go out by SMTP as plain text, and are tried again when the server can’t take them', async (t) => {
  const carrier = openCarrier(q.services.config);
  smtp.refuses = true;
  const refused = await deliver(q.services, carrier, bookingLetters);
  t.is(refused.sent, 0);
  t.true(refused.failed > 0);
  const waiting = await q.knex('outbox').whereNull('sent_at');
  t.true(waiting.every(({ last_error, due_at }) => /451/.test(last_error) && due_at > new Date()));
  t.deepEqual(await deliver(q.services, carrier, bookingLetters), { sent: 0, failed: 0 });

  smtp.refuses = false;
  await q.knex('outbox').update({ due_at: q.knex.fn.now() });
  // Two at once, as two processes would.
  const [first, second] = await Promise.all([
    deliver(q.services, carrier, bookingLetters),
    deliver(q.services, carrier, bookingLetters),
  ]);
  carrier.close();
  t.is((first?.sent ?? 0) + (second?.sent ?? 0), waiting.length);
  t.is(smtp.mails.length, waiting.length);
  const mail = smtp.mails.find((one) => /^Subject: .*cancelled/m.test(one)) ?? '';
  t.regex(mail, /^From: Lab <lab@example\.org>$/m);
  t.regex(mail, /^To: .*mia@example\.org/m);
  t.regex(mail, /^Content-Type: text\/plain; charset=utf-8$/m);
  t.regex(mail, /^Auto-Submitted: auto-generated$/m);
  t.regex(mail, /^Message-ID: <quartermaster-\d+@127\.0\.0\.1>$/im);
  t.is(new Set(smtp.mails.map((one) => /^Message-ID: (.*)$/im.exec(one)?.[1])).size, smtp.mails.length);
  t.is((await q.knex('outbox').whereNull('sent_at')).length, 0);
});

test.serial('a mail that never gets through is left lying after a while', async (t) => {
  const me = await booker('lost');
  await q.knex('outbox').insert({ kind: 'nag', user_id: me.id, recipient: 'x@example.org', facts: '{}', attempts: 11 });
  const carrier = openCarrier(q.services.config);
  smtp.refuses = true;
  t.deepEqual(await deliver(q.services, carrier, bookingLetters), { sent: 0, failed: 1 });
  await q.knex('outbox').whereNot('due_at', 'infinity').update({ due_at: q.knex.fn.now() });
  smtp.refuses = false;
  t.deepEqual(await deliver(q.services, carrier, bookingLetters), { sent: 0, failed: 0 });
  carrier.close();
});

test.serial('without a mail server mails are kept as files that only the service reads', async (t) => {
  const me = await booker('fil');
  const host = await bookableHost(q);
  const json = { bookable: host.id, start: day(1), end: day(2), comment: 'x' };
  await q.fetch(bookings, { as: await q.tokenFor(me), json });
  const config = { ...q.services.config, smtpUrl: null, mailFrom: null, instanceName: 'Lab, North "1"' };
  const carrier = openCarrier(config);
  t.deepEqual(await deliver({ ...q.services, config }, carrier, bookingLetters), { sent: 1, failed: 0 });
  carrier.close();
  const [file = ''] = await readdir(join(q.dataDir, 'outbox'));
  t.regex(file, /^\d{6}-created\.eml$/);
  const mail = await readFile(join(q.dataDir, 'outbox', file), 'utf8');
  t.regex(mail, /^From: "Lab, North \\"1\\"" <quartermaster@127\.0\.0\.1>$/m);
  t.true(mail.includes(`${host.hostname} is yours from`));
  t.true(mail.includes(`${q.url}/api/booking/booking/`));
});
