import type { Knex } from 'knex';
import type { SamplePeople } from './people.ts';

/** A few words to everybody, one to the radio team, and who has a host of ours outside. */
export async function loadNoticesAndLoans(trx: Knex.Transaction, people: SamplePeople): Promise<void> {
  const user_id = people.users.get('planner') ?? null;
  await trx('notice').insert([
    {
      title: 'Power work in building W2',
      message: 'On Saturday from 8 to 12 the labs of W2 are without power. Shut your hosts down on Friday.',
      style: 'warning',
      priority: 1,
      user_id,
      expires: trx.raw("date_trunc('day', now()) + interval '12 days'"),
    },
    {
      title: 'The chamber is booked by the door',
      message: 'Put your name on the list as well when you book a host in the shielded room.',
      user_id,
      target_id: people.groups.get('Radio team') ?? null,
    },
  ]);
  const [customer] = await trx('customer')
    .insert({
      name: 'Heron Instruments',
      contact_name: 'Lea Sommer',
      contact_role: 'Test engineer',
      contact_email: 'lea.sommer@heron.example',
      internal_contact_id: people.users.get('planner'),
    })
    .returning('id');
  await trx.raw(
    `INSERT INTO loan (host_id, start, due_return, customer_id, user_id, comment, status_before, suspended_bookable)
     SELECT h.id, date_trunc('day', now()) - interval '20 days', date_trunc('day', now()) + interval '40 days', :customer, :user,
            'Acceptance tests at their site', 'active', EXISTS (SELECT FROM bookable AS b WHERE b.host_id = h.id AND b.status = 'suspended')
     FROM host AS h WHERE h.status = 'on_loan' ORDER BY h.id LIMIT 1`,
    { customer: customer.id, user: people.users.get('planner') ?? 0 },
  );
}
