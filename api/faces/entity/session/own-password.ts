import Type from 'typebox';
import { newPassword } from '../../../../shared/identity/change-password.ts';
import { checkOwnPassword } from '../../../../shared/identity/own-password.ts';
import { problemWithPassword } from '../../../../shared/identity/password-rules.ts';
import { type Endpoint, endpoint, signedIn } from '../../../me/endpoint.ts';
import { Conflict, Forbidden, Invalid } from '../../../store/refusals.ts';
import { base } from '../operations/at.ts';
import { yes } from '../operations/document.ts';

/** `POST User/action/changeOwnPassword`: a new password, for whoever knows the old one. No token that is bound by scopes does it. */
export const changeOwnPassword: Endpoint = endpoint({
  method: 'post',
  path: `${base}/User/action/changeOwnPassword`,
  operation: { who: 'signed-in', scopes: [] },
  operationId: 'v1_User_changeOwnPassword',
  tag: 'entity',
  summary: 'Change your password',
  description: 'All sessions, and the tokens that were got by the old password, end with it.',
  body: Type.Object({
    password: Type.String({ minLength: 1, maxLength: 1024 }),
    currentPassword: Type.String({ minLength: 1, maxLength: 1024 }),
  }),
  mayFail: ['conflict'],
  responses: yes,
  handler: async ({ services, principal, body }) => {
    const { knex, pool, config } = services;
    const person = signedIn(principal);
    const problem = await problemWithPassword(body.password, person, config);
    if (problem) throw new Invalid({ password: [problem] });
    const tried = { userId: person.id, password: body.currentPassword, address: principal.address };
    const current = await checkOwnPassword({ knex, pool }, tried);
    if (current.refused) {
      const limited = current.refused === 'limited';
      throw new Forbidden(
        'role',
        [],
        limited ? 'Max failed login attempts exceeded.' : 'The current password is wrong.',
      );
    }
    const change = await newPassword({ userId: person.id, stored: current.stored, password: body.password });
    if (!(await knex.transaction((trx) => change(trx, principal)))) {
      throw new Conflict('The password was changed meanwhile.');
    }
    return { body: true };
  },
});
