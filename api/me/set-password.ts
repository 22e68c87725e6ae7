import Type from 'typebox';
import { newPassword } from '../../shared/identity/change-password.ts';
import { mayBeSet, passwordLength, problemWithPassword } from '../../shared/identity/password-rules.ts';
import { Conflict, Forbidden, Invalid, NotFound } from '../store/refusals.ts';
import { endpoint } from './endpoint.ts';

const theirsToChoose =
  'People choose their own passwords here: send them a link, with POST /api/admin/user/{id}/reset-password/ or /invite/.';

/** A new password for somebody, from a superuser. What warns in InvenTree refuses here, whatever is to be overridden. */
export const setPassword = endpoint({
  method: 'put',
  path: '/api/user/{id}/set-password/',
  operation: { who: 'superuser', scopes: [] },
  operationId: 'user_set_password_update',
  tag: 'me',
  summary: 'Give somebody a new password',
  description:
    'Superusers alone, and no token that is bound by scopes; refused where `SET_PASSWORDS` says that people choose their own. Their sessions, and the tokens that were got by the old password, end with it.',
  body: Type.Object({
    password: Type.String({ minLength: 1, maxLength: passwordLength.most * 4 }),
    override_warning: Type.Optional(Type.Boolean({ description: 'Changes nothing: weak passwords are refused.' })),
  }),
  mayFail: ['conflict'],
  responses: { 200: { description: 'It is set', schema: Type.Object({}) } },
  async handler({ services: { knex, config }, principal, id, body: { password } }) {
    if (!mayBeSet(config)) throw new Forbidden('role', [], theirsToChoose);
    const person: { username: string; email: string; password: string | null } | undefined = await knex('users')
      .where({ id })
      .first('username', 'email', 'password');
    if (!person) throw new NotFound('No User matches the given query.');
    const problem = await problemWithPassword(password, person, config);
    if (problem) throw new Invalid({ password: [problem] });
    const change = await newPassword({ userId: id, stored: person.password, password });
    if (!(await knex.transaction((trx) => change(trx, principal)))) {
      throw new Conflict('The password was changed meanwhile.');
    }
    return { body: {} };
  },
});
