import test from 'ava';
import { type Running, start, type TestPerson } from '../harness/index.ts';
import { aHost } from './network.ts';

let q: Running;
let admin: TestPerson;
let as: string;
let customer: number;
test.before(async () => {
  q = await start();
  admin = await q.person({ username: 'ada', staff: true, rights: { admin: ['view', 'add', 'change', 'delete'] } });
  as = await q.tokenFor(admin);
  const made = await q.json<{ id: number }>('/api/loans/customer/', {
    as,
    json: { name: 'Acme', contact_email: 'lee@acme.example', internal_contact: admin.id },
  });
  customer = made.body.id;
});
test.after.always(() => q?.close());

interface Loan {
  id: number;
  returned: boolean;
  [key: string]: unknown;
}
const path = '/api/loans/loan/';
const from = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const lend = (host: number, start: number, due: number, more: object = {}) =>
  q.json<Loan>(path, { as, json: { host, customer, start: from(start), due_return: from(due), ...more } });
const change = (id: number, json: object) => q.json<Loan>(`${path}${id}/`, { as, json, method: 'PATCH' });
const states = async (host: number) => {
  const { status } = await q.knex('host').where({ id: host }).first('status');
  const bookable = await q.knex('bookable').where({ host_id: host }).first('status');
  return [status, bookable?.status ?? null];
};
const bookable = (host: number, status = 'active') => q.knex('bookable').insert({ host_id: host, status });

test('customers have an e-mail address that is one, and are for the admin role', async (t) => {
  const bad = await q.json<object>('/api/loans/customer/', {
    as,
    json: { name: 'x', contact_email: 'nowhere', internal_contact: admin.id },
  });
  t.deepEqual([bad.status, ...Object.keys(bad.body)], [400, 'contact_email']);
  const other = await q.tokenFor(await q.person({ username: 'bo', rights: { booking: ['view', 'add', 'change'] } }));
  t.is((await q.fetch('/api/loans/customer/', { as: other })).status, 403);
  t.is((await q.fetch(path, { as: other })).status, 403);
});

test('a lent host is on loan and can not be booked; back again, both are what they were', async (t) => {
  const host = await aHost(q, 'lent', { status: 'active' });
  await bookable(host);
  const made = await lend(host, -1, 5);
  t.is(made.status, 201);
  t.deepEqual(Object.keys(made.body), [
    'id',
    'host',
    'start',
    'due_return',
    'returned_date',
    'customer',
    'user',
    'returned',
    'comment',
  ]);
  t.like(made.body, { returned: false, user: admin.id });
  t.deepEqual(await states(host), ['on_loan', 'suspended']);
  t.is((await change(made.body.id, { comment: 'longer', due_return: from(9) })).status, 200);
  t.deepEqual(await states(host), ['on_loan', 'suspended']);
  const back = await change(made.body.id, { returned_date: from(0) });
  t.true(back.body.returned);
  t.deepEqual(await states(host), ['active', 'active']);
});

test('a host that was not active, or not bookable, does not become so by a loan', async (t) => {
  const bare = await aHost(q, 'bare', { status: 'new' });
  const loan = (await lend(bare, -1, 1)).body.id;
  t.is((await change(loan, { returned_date: from(0) })).status, 200);
  t.deepEqual(await states(bare), ['new', null]);

  const held = await aHost(q, 'held', { status: 'active' });
  await bookable(held, 'inactive');
  const second = (await lend(held, -1, 1)).body.id;
  await change(second, { returned_date: from(0) });
  t.deepEqual(await states(held), ['active', 'inactive']);
});

test('what somebody made of the host meanwhile stays when it comes back', async (t) => {
  const host = await aHost(q, 'broken', { status: 'active' });
  await bookable(host);
  const loan = (await lend(host, -1, 1)).body.id;
  await q.knex('host').where({ id: host }).update({ status: 'retired' });
  await change(loan, { returned_date: from(0) });
  t.deepEqual(await states(host), ['retired', 'suspended']);
});

test('a loan of next week leaves the host alone until then; maintenance hands it over, and takes it back', async (t) => {
  const host = await aHost(q, 'planned', { status: 'active' });
  await bookable(host);
  const { id } = (await lend(host, 3, 9)).body;
  t.deepEqual(await states(host), ['active', 'active']);
  const maintain = () => q.fetch('/api/cron/maintenance', { as, method: 'POST' });
  await maintain();
  t.deepEqual(await states(host), ['active', 'active']);
  await q
    .knex('loan')
    .where({ id })
    .update({ start: from(-1) });
  await maintain();
  t.deepEqual(await states(host), ['on_loan', 'suspended']);
  t.false((await change(id, { returned_date: from(1) })).body.returned);
  t.deepEqual(await states(host), ['on_loan', 'suspended']);
  await q
    .knex('loan')
    .where({ id })
    .update({ returned_date: from(-0.5) });
  await maintain();
  t.deepEqual(await states(host), ['active', 'active']);
  t.true((await q.json<Loan>(`${path}${id}/`, { as })).body.returned);
});

test('a loan that is moved to another host, or deleted, gives its host back', async (t) => {
  const first = await aHost(q, 'first', { status: 'active' });
  const second = await aHost(q, 'second', { status: 'active' });
  await bookable(first);
  const { id } = (await lend(first, -1, 1)).body;
  t.is((await change(id, { host: second })).status, 200);
  t.deepEqual(await states(first), ['active', 'active']);
  t.deepEqual(await states(second), ['on_loan', null]);
  t.is((await q.fetch(`${path}${id}/`, { as, method: 'DELETE' })).status, 204);
  t.deepEqual(await states(second), ['active', null]);
});

test('a host is lent to one customer at a time, and the other loan is named', async (t) => {
  const host = await aHost(q, 'wanted', { status: 'active' });
  const { id } = (await lend(host, -1, 5)).body;
  const answers = await Promise.all(Array.from({ length: 4 }, () => lend(host, 2, 8)));
  for (const { status, body } of answers) {
    t.is(status, 409);
    t.like(body.clash, { id, customer: 'Acme' });
  }
  t.is((await lend(host, 5.1, 8)).status, 201);
});

test('moments out of order are named', async (t) => {
  const host = await aHost(q, 'ordered');
  const early = await lend(host, 5, 1);
  t.deepEqual([early.status, ...Object.keys(early.body)], [400, 'due_return']);
  const back = await lend(host, 5, 9, { returned_date: from(1) });
  t.deepEqual([back.status, ...Object.keys(back.body)], [400, 'returned_date']);
});
