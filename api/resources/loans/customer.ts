import { Invalid } from '../../store/refusals.ts';
import { resource } from '../declaration.ts';
import { reference, text } from '../fields.ts';

export const customer = resource('customer', {
  role: 'admin',
  area: 'booking',
  table: 'customer',
  title: ['Customer', 'Customers'],
  description: 'Somebody outside to whom hosts are lent.',
  fields: {
    name: text({ maxLength: 120 }),
    contact_name: text({ maxLength: 120, blank: true, nullable: true }),
    contact_role: text({ maxLength: 120, blank: true, nullable: true }),
    contact_email: text({ maxLength: 254, blank: true, nullable: true }),
    internal_contact: reference('user', { help: 'Who among us looks after them.' }),
  },
  label: '{name}',
  search: ['name', 'contact_name', 'contact_email'],
  order: ['name'],
  hooks: {
    beforeWrite({ values }) {
      const { contact_email: email } = values;
      if (!email || /^[^\s@]+@[^\s@]+$/.test(String(email))) return;
      throw new Invalid({ contact_email: ['An e-mail address is required, such as ada@example.org.'] });
    },
  },
  rest: [{ path: 'loans/customer', style: 'ids' }],
});
