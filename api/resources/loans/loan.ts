import { resource } from '../declaration.ts';
import { boolean, reference, text, timestamp } from '../fields.ts';
import { clash } from './clash.ts';
import { loanHooks } from './loan-hooks.ts';

export const loan = resource('loan', {
  role: 'admin',
  area: 'booking',
  table: 'loan',
  title: ['Loan', 'Loans'],
  description:
    'A host that is lent to a customer. From its start until it is returned the host is on loan and can not be booked; ' +
    'then the host and its bookable are again what they were.',
  fields: {
    host: reference('host'),
    start: timestamp({ help: 'May lie ahead: the host stays until then.' }),
    due_return: timestamp({ help: 'When it is to be back.' }),
    returned_date: timestamp({ nullable: true, help: 'When it came back.' }),
    customer: reference('customer'),
    user: reference('user', { caller: true, help: 'Who is responsible; whoever asks when left out.' }),
    returned: boolean({ default: false, readOnly: true }),
    comment: text({ maxLength: 5000, blank: true }),
    status_before: text({ nullable: true, hidden: true }),
    suspended_bookable: boolean({ default: false, hidden: true }),
  },
  label: "{host.hostname} || ' to ' || {customer.name}",
  search: ['host.hostname', 'customer.name', 'comment'],
  order: ['-start'],
  filters: {
    hostname: { path: 'host.hostname', match: 'iexact' },
    overdue: { flag: 'NOT {returned} AND {due_return} < {now}', help: 'Only those that should be back by now.' },
  },
  tabs: {
    open: { label: 'Open', sql: 'NOT {returned}' },
    overdue: { label: 'Overdue', sql: 'NOT {returned} AND {due_return} < {now}' },
    returned: { label: 'Returned', sql: '{returned}' },
    all: { label: 'All', sql: 'true' },
  },
  clash,
  hooks: loanHooks,
  rest: [{ path: 'loans/loan', style: 'ids' }],
});
